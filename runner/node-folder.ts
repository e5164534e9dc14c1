// A node's folder: what is in it before the first start, what is written before every start, and
// what a lab has put there since.

import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Command, Files } from "#kit";
import { makeFolder, type User, writeFile } from "./user.ts";

/** Fills a new folder, where the service has a template. */
export type Fill = (folder: string) => Promise<void>;

export class NodeFolder {
  readonly path: string;
  readonly #user: User | undefined;
  readonly #fill: Fill | undefined;
  #configured: Files = {};
  #started = false;

  constructor(path: string, user: User | undefined, fill: Fill | undefined) {
    this.path = path;
    this.#user = user;
    this.#fill = fill;
  }

  /** Makes the folder as it is before the first start, whatever it holds. */
  async renew(): Promise<void> {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
    this.#configured = {};
    this.#started = false;
    makeFolder(this.path, this.#user);
    await this.#fill?.(this.path);
  }

  /** Writes what a start needs. */
  lay({ files = {}, seeds = {} }: Command): void {
    const first = this.#started ? {} : seeds;
    this.#started = true;
    for (const [file, text] of Object.entries({ ...first, ...files, ...this.#configured })) {
      this.#write(file, text);
    }
  }

  /** Writes a lab's files over those of the start, and returns what undoes it. */
  configure(files: Files): () => void {
    const before = this.#configured;
    const texts = Object.keys(files).map((file) => [file, this.#textOf(file)] as const);
    this.#configured = { ...before, ...files };
    for (const [file, text] of Object.entries(files)) this.#write(file, text);
    return () => {
      this.#configured = before;
      for (const [file, text] of texts) {
        if (text === undefined) rmSync(join(this.path, file));
        else this.#write(file, text);
      }
    };
  }

  /** The text of a file; throws when there is none. */
  read(file: string): string {
    return readFileSync(join(this.path, file), "utf8");
  }

  #textOf(file: string): string | undefined {
    return existsSync(join(this.path, file)) ? this.read(file) : undefined;
  }

  #write(file: string, text: string): void {
    writeFile(join(this.path, file), text, this.#user);
  }
}
