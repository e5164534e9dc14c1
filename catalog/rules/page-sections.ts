import type { Rule } from "../check.ts";

/** The sections of a lab's page, in their order. Each is there, and says something. */
export const SECTIONS = [
  "What happens here",
  "What to notice",
  "When not to use it",
  "How to test it",
  "How to extend it",
  "In production",
  "Related labs",
];

export const rule: Rule = {
  name: "page-sections",
  why: "A reader finds the same things at the same place on every page; the title is the lab's own.",
  *check({ labs }) {
    for (const { page, pagePath: file } of labs) {
      if (!page) continue;
      const remedy = `the sections are, in this order: ${SECTIONS.join(", ")}`;
      const sections = page.headings.filter(({ text }) => !text.startsWith("###"));
      for (const [index, { line, text }] of sections.entries()) {
        const wanted = SECTIONS[index] ? `## ${SECTIONS[index]}` : "nothing";
        if (text === wanted) continue;
        yield { file, line, message: `"${text}" stands where ${wanted} belongs`, remedy };
        break;
      }
      if (sections.length < SECTIONS.length) {
        const line = page.text.trimEnd().split("\n").length;
        const missing = SECTIONS.filter(
          (name) => !sections.some(({ text }) => text === `## ${name}`),
        );
        yield { file, line, message: `it has no section "${missing.join('", "')}"`, remedy };
      }
      for (const { line, text } of sections) {
        const said = page.paragraphs.some(({ section }) => text === `## ${section}`);
        if (!said) yield { file, line, message: `nothing stands under "${text}"`, remedy };
      }
    }
  },
};
