#!/usr/bin/env node
// The command. It must also say something sensible in a Node that cannot run the rest.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major > 24 || (major === 24 && minor >= 6)) {
  // Before the first TypeScript is loaded: what is in the cache need not be stripped of its types.
  (await import("node:module")).enableCompileCache();
  await import("../cli/main.ts");
} else {
  console.error(`pareto: this is Node ${process.versions.node}; it needs 24.6 or newer.`);
  console.error("Type `npx pareto ...` in the clone: npx takes the Node that `npm ci` brought.");
  process.exitCode = 2;
}
