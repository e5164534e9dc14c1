// Where a link of a page of prose leads on the site.

import { posix } from "node:path";
import type { Deliverable } from "../../catalog/deliverable.ts";
import { catalog } from "./catalog.ts";
import { pageOf } from "./paths.ts";

/** A relative link to another deliverable leads to its page here; any other stays as it is. */
export function linkFrom({ pagePath }: Deliverable, target: string): string {
  if (!/^\.\.?\//.test(target)) return target;
  const [path = "", hash] = target.split("#");
  const to = posix.join(posix.dirname(pagePath), path).replace(/\/$|\/README\.md$|\.mdx$/, "");
  const found = catalog.all.find(({ kind, id }) => to === `${kind}s/${id}`);
  return found ? pageOf(found) + (hash ? `#${hash}` : "") : target;
}

/** A lab to come is named by its slug; it leads to its line in the list of its category. */
export function withLinksToCome(html: string): string {
  return html.replaceAll(/<li><code>([\w-]+)<\/code>/g, (whole, slug: string) => {
    const one = catalog.bySlug(slug);
    return one ? `<li><a href="${pageOf(one)}">${one.title}</a>` : whole;
  });
}
