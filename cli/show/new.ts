// The command `new`: begins a lab from its design in the curriculum.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type Experiment, openCatalog } from "../../catalog/catalog.ts";
import type { Deliverable } from "../../catalog/deliverable.ts";
import { Failure } from "../failure.ts";
import { ROOT } from "../root.ts";
import { findLab } from "../run/find.ts";

/** Writes the folder of a designed lab. What is there already is left as it is. */
export function newCommand(query: string): void {
  const lab = findLab(query, { designed: true });
  if (lab.built) throw new Failure(`${lab.id} is built already`, `npx pareto run ${lab.slug}`);
  const { curriculum } = openCatalog(ROOT);
  const design = curriculum.experiment(lab.kind === "system" ? "system" : "lab", lab.id);
  if (!design) throw new Failure(`the curriculum has no design of ${lab.id}`);
  mkdirSync(lab.folder, { recursive: true });
  for (const [name, text] of [
    ["lab.ts", source(lab, design)],
    ["README.md", page(design)],
  ] as const) {
    const file = join(lab.folder, name);
    if (existsSync(file)) continue;
    writeFileSync(file, text);
    console.log(relative(ROOT, file));
  }
  console.log(`Next: write the arms and the trial, then npx pareto prove ${lab.slug}`);
}

/** A lab.ts that has the form, and fails until somebody writes it. */
function source({ title, question }: Deliverable, design: Experiment): string {
  const arms = Object.entries(design.arms);
  const servers = design.servers.map(
    (name) => `import { ${camel(name)} } from "#services/${name}";`,
  );
  const claims = Object.entries(design.claims).map(
    ([claim, brokenBy]) =>
      `    ${JSON.stringify(claim)}: { holds: (found) => found.todo, brokenBy: ${JSON.stringify(brokenBy)} },`,
  );
  return `${[
    "// Say in a few sentences what happens here.",
    `// How the failure is provoked: ${design.how}`,
    `// The line that matters: ${design.matters}`,
    "",
    'import { lab } from "#kit";',
    ...servers,
    "",
    "type Arm = () => Promise<boolean>;",
    "",
    ...arms.flatMap(([name, does]) => [
      `// ${does}`,
      `const ${camel(name)}: Arm = async () => {`,
      '  throw new Error("not written yet");',
      "};",
      "",
    ]),
    "export default lab({",
    `  title: ${JSON.stringify(title)},`,
    `  question: ${JSON.stringify(question)},`,
    `  services: { ${design.servers.map(camel).join(", ")} },`,
    `  knobs: ${JSON.stringify(design.knobs)},`,
    `  arms: { ${arms.map(([name]) => `${JSON.stringify(name)}: ${camel(name)}`).join(", ")} },`,
    "  trial: async (arm) => ({ todo: await arm() }),",
    "  claims: {",
    ...claims,
    "  },",
    `  // measures: ${design.measures.join(", ")}`,
    "});",
  ].join("\n")}\n`;
}

function page(design: Experiment): string {
  const related = design.related.map((slug) => `- \`${slug}\``).join("\n");
  const sections = [
    ["What happens here", ""],
    ["What to notice", ""],
    ["When not to use it", ""],
    ["How to test it", ""],
    ["How to extend it", design.extend],
    ["In production", design.realWorld],
    ["Related labs", related],
  ];
  return sections.map(([title, text]) => `## ${title}\n\n${text ? `${text}\n` : ""}`).join("\n");
}

function camel(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
