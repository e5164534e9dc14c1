import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Catalog } from "../catalog.ts";
import type { Rule } from "../check.ts";
import type { Paragraph } from "../page.ts";

export const rule: Rule = {
  name: "links-lead-somewhere",
  why: "A related lab that does not exist is a dead end in the middle of a lesson.",
  *check(catalog) {
    for (const { page, pagePath: file } of catalog.built) {
      for (const paragraph of page?.paragraphs ?? []) {
        const { line, links } = paragraph;
        for (const target of links.filter((link) => !/^(https?:|#)/.test(link))) {
          if (existsSync(join(catalog.root, dirname(file), target.replace(/#.*$/, "")))) continue;
          const remedy = "link to the folder of a built lab; write a lab to come as its `slug`";
          yield { file, line, message: `${target} does not exist`, remedy };
        }
        for (const slug of unknownSlugs(catalog, paragraph)) {
          const remedy = "write the slug of a lab or system of the curriculum";
          yield { file, line, message: `no lab has the slug ${slug}`, remedy };
        }
      }
    }
  },
};

/** Slugs in backticks among the related labs, which stand for labs that are not built yet. */
function unknownSlugs(catalog: Catalog, { section, text }: Paragraph): string[] {
  if (section !== "Related labs") return [];
  const slugs = [...text.matchAll(/`([a-z0-9/-]+)`/g)].map(([, slug]) => slug!);
  return slugs.filter((slug) => !catalog.bySlug(slug.slice(slug.lastIndexOf("/") + 1)));
}
