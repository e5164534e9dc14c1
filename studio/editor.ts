// Opens a file in the reader's own editor: the one that the environment names, or what the system
// has for such files. Which program that is, no page can choose.

import { spawn } from "node:child_process";

/** Editors that live in the terminal, and so cannot be opened from a page. */
const IN_TERMINAL = /^(vi|vim|nvim|nano|emacs -nw|micro|hx|helix|ed|pico|joe|kak)\b/;

/** The command that opens a file; PARETO_EDITOR comes before VISUAL and EDITOR. */
export function editorOf(env: NodeJS.ProcessEnv): string {
  const named = [env.PARETO_EDITOR, env.VISUAL, env.EDITOR].find(
    (editor) => editor && !IN_TERMINAL.test(editor.slice(editor.lastIndexOf("/") + 1)),
  );
  return named ?? (process.platform === "darwin" ? "open -t" : "xdg-open");
}

/** Resolves with true when the editor has started, and false where there is none. */
export function openInEditor(file: string): Promise<boolean> {
  const [program = "", ...args] = editorOf(process.env).split(" ");
  const editor = spawn(program, [...args, file], { stdio: "ignore", detached: true });
  return new Promise((resolve) => {
    editor.on("error", () => resolve(false));
    editor.on("spawn", () => {
      editor.unref();
      resolve(true);
    });
  });
}
