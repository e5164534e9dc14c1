import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Rule } from "../check.ts";
import { filesBelow } from "../folders.ts";

const LAB = /^(labs\/[^/]+\/[^/]+|systems\/[^/]+)\/[^/]+\/[^/]+$/;
const OWN = new Set(["lab.ts", "README.md", "evidence.json"]);

/** Other languages and more modules; whatever of them the lab names belongs to it. */
const NAMED = /\.(lua|sql|conf|json|proto|graphql|html|java|py|ts)$/;

export const rule: Rule = {
  name: "stray-file",
  why: "The listing of the folders is the syllabus, and a lab's hash covers all that lies in it.",
  *check({ root, labs }) {
    const used = new Map(labs.map(({ path }) => [dirname(path), namedBy(root, dirname(path))]));
    const remedy = "a lab is <category>/<topic>/<slug>/ with lab.ts and the files that it names";
    for (const file of [...filesBelow(root, "labs"), ...filesBelow(root, "systems")]) {
      const belongs = LAB.test(file) && used.get(dirname(file))?.has(basename(file));
      if (!belongs) yield { file, line: 1, message: "no lab has a use for this file", remedy };
    }
    for (const file of filesBelow(root, "articles")) {
      if (/^articles\/[^/]+\/[^/]+\.mdx$/.test(file)) continue;
      const remedy = "an article is articles/<category>/<slug>.mdx";
      yield { file, line: 1, message: "this file is no article", remedy };
    }
  },
};

/** A lab's own files and those that it names, or that one of these names. */
function namedBy(root: string, folder: string): Set<string> {
  const names = filesBelow(root, folder).map((file) => basename(file));
  const found = new Set(OWN);
  const reading = ["lab.ts"];
  for (const name of reading) {
    const text = readFileSync(join(root, folder, name), "utf8");
    for (const other of names) {
      if (found.has(other) || !NAMED.test(other) || !text.includes(other)) continue;
      found.add(other);
      reading.push(other); // the loop goes on to it
    }
  }
  return found;
}
