// Opens the reader's browser. The address with its token goes by a file that only this user can
// read: in a program's arguments everybody on the machine could.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A page that leads on to an address; disposing of it removes it. */
export function openBrowser(address: string): Disposable {
  const folder = mkdtempSync(join(tmpdir(), "pareto-open-"));
  const file = join(folder, "open.html");
  const script = `location.replace(${JSON.stringify(address)})`;
  writeFileSync(file, `<!doctype html><title>Pareto</title><script>${script}</script>`, {
    mode: 0o600,
  });
  const program = process.platform === "darwin" ? "open" : "xdg-open";
  const opener = spawn(program, [file], { stdio: "ignore", detached: true });
  opener.on("error", () => {}); // no such program: the terminal shows the link
  opener.unref();
  return { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
