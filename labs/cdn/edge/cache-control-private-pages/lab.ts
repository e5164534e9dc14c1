// The page /me has one address and looks different to each user. On its way to a browser it meets
// caches, and they know the address only. Which of them may keep it, the origin says in one header,
// or does not say; and to a header that is not there each cache has an answer of its own.

import { Agent, interceptors, request } from "undici";
import { lab } from "#kit";
import { nginx } from "#services/nginx";
import { varnish } from "#services/varnish";
import { openOrigin, pageOf } from "./origin.ts";

/** The directives of Cache-Control; without any, the header is left out. */
const arms = {
  silent: [] as string[],
  "max-age": ["max-age=60"],
  private: [
    "private", // matters: Nobody gets another's page out of nginx; Nobody gets another's page out of Varnish
    "max-age=60",
  ],
  "no-store": ["no-store"],
};

type Origin = Awaited<ReturnType<typeof openOrigin>>;

/** Lets all users visit the page in turn. Counts what they got and what the origin was asked. */
async function visit(url: string, visits: number, origin: Origin, readers: Map<string, Agent>) {
  const before = origin.seen.requests;
  let wrong = 0;
  for (let turn = 0; turn < visits; turn++) {
    for (const [user, dispatcher] of readers) {
      const { body } = await request(`${url}/me`, { dispatcher, headers: { user } });
      if ((await body.text()) !== pageOf(user)) wrong += 1;
    }
  }
  const asked = origin.seen.requests - before;
  return { wrong, asked, spared: visits * readers.size - asked };
}

export default lab({
  title: "Cache-Control for personal pages",
  question:
    "Which header keeps a personal page out of everybody's cache, and still in the reader's own?",
  services: { nginx, varnish },
  knobs: { users: { value: 2, from: 2, to: 20 }, visits: { value: 10, from: 2, to: 100 } },
  arms,

  async trial(directives, { nginx, varnish, knobs: { users, visits } }) {
    await using origin = await openOrigin(directives.join(", "));
    await nginx.configure(
      ({ listen }) => `
        proxy_cache_path pages keys_zone=pages:1m;
        server {
          listen ${listen};
          location / { proxy_pass ${origin.url}; proxy_cache pages; }
        }`,
    );
    const { host, port } = origin.address;
    await varnish.reload(`vcl 4.1;\nbackend origin { .host = "${host}"; .port = "${port}"; }\n`);

    await using agents = new AsyncDisposableStack();
    const readers = (open: () => Agent) =>
      new Map(
        Array.from({ length: users }, (_, index) => {
          const agent = agents.adopt(open(), (opened) => opened.destroy());
          return [`user-${index + 1}`, agent];
        }),
      );
    const plain = readers(() => new Agent());
    const caching = readers(
      () => new Agent().compose(interceptors.cache({ type: "private" })) as Agent,
    );
    return {
      nginx: await visit(nginx.url, visits, origin, plain),
      varnish: await visit(varnish.urls[0] as string, visits, origin, plain),
      own: await visit(origin.url, visits, origin, caching),
    };
  },

  claims: {
    "Nobody gets another's page out of nginx": {
      holds: (found) => found.nginx.wrong === 0,
      brokenBy: ["max-age"],
    },
    "Nobody gets another's page out of Varnish": {
      holds: (found) => found.varnish.wrong === 0,
      brokenBy: ["silent", "max-age"],
    },
    "The reader's own cache can show it again without asking": {
      holds: (found) => found.own.spared > 0,
      brokenBy: ["silent", "no-store"],
    },
    "nginx spares the origin the second request": {
      holds: (found) => found.nginx.spared > 0,
      brokenBy: ["silent", "private", "no-store"],
    },
  },

  measures: {
    "pages shown to the wrong user": (found) => found.nginx.wrong + found.varnish.wrong,
    "requests at the origin": (found) => found.nginx.asked + found.varnish.asked + found.own.asked,
    "requests saved by the private cache": (found) => found.own.spared,
  },
});
