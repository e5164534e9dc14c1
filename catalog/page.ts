// A page of prose as data: its headings, paragraphs and links, without the code in it.

import { readFileSync } from "node:fs";
import { parse } from "yaml";

interface Line {
  readonly number: number;
  readonly text: string;
  /** The heading that it stands under. */
  readonly section: string;
}

/** A paragraph or an item of a list. */
export interface Paragraph {
  /** The number of its first line. */
  readonly line: number;
  readonly text: string;
  readonly section: string;
  /** The targets of its links. */
  readonly links: readonly string[];
}

/** The front matter of an article. */
interface Matter {
  readonly title?: string;
  readonly labs?: readonly string[];
}

export class Page {
  readonly text: string;
  readonly #lines: readonly Line[];

  constructor(file: string) {
    this.text = readFileSync(file, "utf8");
    this.#lines = proseOf(this.text);
  }

  /** All headings with their marks ("## In production"), in their order. */
  get headings(): { line: number; text: string }[] {
    return this.#lines
      .filter(({ text }) => HEADING.test(text))
      .map(({ number, text }) => ({ line: number, text: text.trim() }));
  }

  get paragraphs(): Paragraph[] {
    const groups: Line[][] = [];
    let open = false;
    for (const line of this.#lines) {
      const blank = /^\s*(---)?$/.test(line.text) || HEADING.test(line.text);
      if (!blank && open && !ITEM.test(line.text)) groups.at(-1)?.push(line);
      else if (!blank) groups.push([line]);
      open = !blank;
    }
    return groups.map((lines) => {
      const [{ number, section }] = lines as [Line];
      const text = lines.map((line) => line.text.trim()).join(" ");
      return { line: number, section, text, links: linksIn(text) };
    });
  }

  /** The title of an article. */
  get title(): string | undefined {
    return this.#matter.title;
  }

  /** The slugs of the labs that an article stands on. */
  get labs(): readonly string[] | undefined {
    return this.#matter.labs;
  }

  get #matter(): Matter {
    const text = /^---\n([\s\S]*?)\n---\n/.exec(this.text)?.[1];
    return text ? (parse(text) as Matter) : {};
  }
}

const HEADING = /^#{1,6} /;
const ITEM = /^\s*([-*+]|\d+\.) /;

/** The lines outside of fenced code and front matter. */
function proseOf(text: string): Line[] {
  const prose: Line[] = [];
  let closing = text.startsWith("---\n") ? "---" : undefined;
  let section = "";
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^\s*(```+|~~~+|---$)/.exec(line)?.[1];
    if (closing) {
      if (index > 0 && fence?.startsWith(closing)) closing = undefined;
    } else if (fence && fence !== "---") {
      closing = fence;
    } else {
      section = /^## (.*)$/.exec(line)?.[1]?.trim() ?? section;
      prose.push({ number: index + 1, text: line, section });
    }
  }
  return prose;
}

function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)|<(https?:[^>\s]+)>/g)].map(
    ([, inline, bare]) => (inline ?? bare)!,
  );
}
