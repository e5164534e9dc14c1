// Data folders that have to be filled before a first start. A container of the server's own image
// fills one with the service's own commands, and every node gets a copy of it, as natively.

import type { Preparation } from "#kit";
import { CONTAINER_USER } from "./layout.ts";

const { uid, gid } = CONTAINER_USER;

/** The script that fills a folder, unless that has been done. It begins as root, the folder's owner. */
export function filling({ commands }: Preparation, folder: string): string {
  const draft = `${folder}.draft`;
  const unprivileged = `setpriv --reuid=${uid} --regid=${gid} --clear-groups`;
  return [
    `if [ -e ${folder} ]; then exit; fi`,
    `rm -rf ${draft}`,
    `mkdir -p ${draft}`,
    `chown ${uid}:${gid} ${draft}`,
    ...commands(draft).map((words) => `${unprivileged} ${words.map(quoted).join(" ")}`),
    `mv ${draft} ${folder}`,
    "",
  ].join("\n");
}

/** A word as the shell takes it literally. */
function quoted(word: string): string {
  return /^[\w./=:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
