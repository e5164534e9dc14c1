// A GraphQL server over posts and their authors.

import { createSchema, createYoga } from "graphql-yoga";
import type { Client } from "pg";

export const TABLES = `
  CREATE TABLE author (id uuid PRIMARY KEY, name text);
  CREATE TABLE post (id int, author_id text)`; // text, since some of them were imported

const TYPES = /* GraphQL */ `
  type Author { name: String! }
  type Post { authorId: String!, author: Author }
  type Query { posts(first: Int!): [Post!]! }`;

export interface Author {
  id: string;
  name: string;
}

/** How one request finds an author by id; it is made anew for each. */
export type Loader = (db: Client) => (id: string) => Promise<Author>;

/** A post as a client sees it. */
export interface Shown {
  authorId: string;
  author: Pick<Author, "name"> | null;
}

/** Opens the server. It resolves with the first so many posts. */
export function openApi(db: Client, loader: Loader) {
  const posts = async (_: unknown, { first }: { first: number }) => {
    const query = 'SELECT author_id AS "authorId" FROM post ORDER BY id LIMIT $1';
    return (await db.query(query, [first])).rows;
  };
  const author = ({ authorId }: Shown, _: unknown, { load }: { load: ReturnType<Loader> }) =>
    load(authorId);
  const api = createYoga({
    schema: createSchema({ typeDefs: TYPES, resolvers: { Query: { posts }, Post: { author } } }),
    context: () => ({ load: loader(db) }),
    logging: false,
  });
  return async (first: number): Promise<Shown[]> => {
    const query = encodeURIComponent(`{ posts(first: ${first}) { authorId author { name } } }`);
    const answer = await api.fetch(`http://api/graphql?query=${query}`);
    return ((await answer.json()) as { data: { posts: Shown[] } }).data.posts;
  };
}
