// The command `studio`: builds the site where that is due, opens the studio, and stays until Ctrl-C.

import { once } from "node:events";
import { existsSync } from "node:fs";
import { buildSite, isStale } from "../../studio/build.ts";
import { openBrowser } from "../../studio/open.ts";
import { openStudio } from "../../studio/studio.ts";
import { Failure } from "../failure.ts";
import { stay } from "../house.ts";
import { ROOT } from "../root.ts";

export interface StudioOptions {
  port: number;
  open: boolean;
  inContainer?: boolean;
}

/** Opens the studio and resolves when it has closed. */
export async function studioCommand({ port, open, inContainer }: StudioOptions): Promise<void> {
  if (!(Number.isInteger(port) && port >= 0 && port < 65_536)) {
    throw new Failure("--port takes a whole number from 0 to 65535");
  }
  if (inContainer && !isContainer()) {
    throw new Failure("--in-container is for a container only: it listens beyond the loopback");
  }
  await using here = await stay();
  const { house, signal } = here;
  if (isStale(ROOT)) await build(signal);
  using browser = new DisposableStack();
  const opened = () => browser.dispose();
  await using studio = await openStudio({ root: ROOT, port, inContainer, house, opened });
  console.log(`The studio is open:\n\n  ${studio.link}\n`);
  console.log("The link works once, in one browser. Ctrl-C closes the studio and all it started.");
  if (open && process.stdout.isTTY) browser.use(openBrowser(studio.link));
  if (!signal.aborted) await once(signal, "abort");
}

/** True where Docker or Podman has left its mark. */
function isContainer(): boolean {
  return ["/.dockerenv", "/run/.containerenv"].some((mark) => existsSync(mark));
}

async function build(signal: AbortSignal): Promise<void> {
  console.error("Building the pages, once; they are built again when what they show changes.");
  const began = performance.now();
  const tty = process.stderr.isTTY;
  await buildSite(ROOT, (text) => tty && process.stderr.write(`\r\x1b[K  ${text}`), signal);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.error(`${tty ? "\r\x1b[K" : ""}  done in ${seconds} s`);
}
