// The command `practice`: the reader writes one more arm, which must keep what the pattern keeps.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { LabSource } from "../../catalog/lab-source.ts";
import { practiceFile } from "../../runner/yours.ts";
import { Failure } from "../failure.ts";
import { findLab } from "./find.ts";

/** Writes the file, unless it is there: what the reader wrote is never overwritten. */
export function practiceCommand(query: string, options: { file?: string }): void {
  const { id, slug, file: lab, source, parsed } = findLab(query);
  if (!source) throw new Failure(`${id}: ${parsed.problem?.text ?? "its source cannot be read"}`);
  const file = resolve(options.file ?? practiceFile(slug));
  const isNew = !existsSync(file);
  if (isNew) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, template(source, lab), { flag: "wx" });
  }
  console.log(`${isNew ? "Written" : "You have one already"}: ${file}`);
  console.log(`Next: npx pareto run ${slug} --yours ${quoted(file)} --watch`);
}

/** The first arm's code under the reader's name, with the job's type and its promises. */
function template(source: LabSource, lab: string): string {
  const [first] = source.arms;
  const promises = source.claims.map(({ claim, brokenBy }) => {
    const by = brokenBy?.length ? ` (broken by ${brokenBy.join(", ")})` : "";
    return `//   ${claim}${by}`;
  });
  const used = (first?.uses ?? []).map((name) => source.parts.declaration(name)?.text ?? "");
  const start = used.join("\n").split("\n");
  return [
    `// Your own arm for "${source.title}".`,
    `// ${source.question}`,
    "// Keep as many of these promises as you can:",
    ...promises,
    "",
    `import type lab from ${JSON.stringify(lab)};`,
    "",
    `type Arm = (typeof lab)["arms"][keyof (typeof lab)["arms"]];`,
    "",
    `// To start from, the arm "${first?.name}": ${first?.text.replaceAll("\n", " ")}`,
    ...start.map((line) => (line ? `// ${line}` : "//")),
    "",
    "const yours: Arm = undefined as never; // write it here",
    "",
    "export default yours;",
    "",
  ].join("\n");
}

function quoted(path: string): string {
  return path.includes(" ") ? JSON.stringify(path) : path;
}
