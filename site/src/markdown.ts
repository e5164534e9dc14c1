// Prose of a page as HTML, section by section.

import { createSatteriMarkdownProcessor } from "@astrojs/markdown-satteri";

import { withNumbers } from "./provenance.ts";

const renderer = createSatteriMarkdownProcessor({ syntaxHighlight: false });

/** A section: its heading and what stands under it. */
export interface Section {
  readonly title: string;
  readonly html: string;
}

/** The sections of a page that has only headings of the second level and below. */
export async function sectionsOf(
  text: string,
  link: (target: string) => string,
): Promise<Section[]> {
  const parts = text.split(/^## /m).slice(1);
  return Promise.all(
    parts.map(async (part) => {
      const [title = "", ...body] = part.split("\n");
      const { code } = await (await renderer).render(withNumbers(body.join("\n")));
      const html = code.replaceAll(/ href="([^"]*)"/g, (_, to: string) => ` href="${link(to)}"`);
      return { title: title.trim(), html };
    }),
  );
}
