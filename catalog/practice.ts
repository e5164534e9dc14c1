// The file that a reader's own arm for a lab begins as.

import type { LabSource } from "./lab-source.ts";

/**
 * The first arm's code to start from, with the type of an arm and the lab's promises. `lab` is the
 * path of the lab's file, from which the types come.
 */
export function practiceTemplate(source: LabSource, lab: string): string {
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
