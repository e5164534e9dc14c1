import { dirname, relative } from "node:path";

/**
 * The first place of a stack that lies in the lab's own folder, as "lab.ts:42"; undefined when the
 * error came from elsewhere. Node puts the place of a syntax error on the stack's first line.
 */
export function sourceOf(stack: string, file: string): string | undefined {
  const folder = dirname(file);
  for (const line of stack.split("\n")) {
    const [, path, number] = /(?:file:\/\/)?(\/[^():]+):(\d+)/.exec(line) ?? [];
    if (path?.startsWith(folder) && !path.includes("node_modules")) {
      return `${relative(folder, path)}:${number}`;
    }
  }
  return undefined;
}
