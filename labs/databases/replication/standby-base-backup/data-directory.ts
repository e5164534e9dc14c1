import { chown, copyFile, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "pg";

/** A server's data directory, which is worked on behind the server's back. */
export class DataDirectory {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** The directory of a running server. */
  static async of(server: Client): Promise<DataDirectory> {
    const { rows } = await server.query("SHOW data_directory");
    return new DataDirectory(rows[0].data_directory);
  }

  /** Copies entries of another directory, but never the mark that a server runs on it. */
  async copy(other: DataDirectory, isWanted: (entry: string) => boolean): Promise<void> {
    const entries = await readdir(other.#path, { withFileTypes: true });
    for (const entry of entries) {
      if (!isWanted(entry.name) || entry.name === "postmaster.pid") continue;
      if (entry.isDirectory()) await this.#copyFolder(other, entry.name);
      else await this.#copyFile(other, entry.name);
    }
  }

  /** Writes a file. */
  async write(file: string, text: string): Promise<void> {
    await writeFile(join(this.#path, file), text);
    await this.#own(file);
  }

  /** Removes what is in it. */
  async empty(): Promise<void> {
    for (const entry of await readdir(this.#path)) {
      await rm(join(this.#path, entry), { recursive: true });
    }
  }

  async #copyFolder(other: DataDirectory, name: string): Promise<void> {
    await mkdir(join(this.#path, name));
    await this.#own(name);
    for (const entry of await readdir(join(other.#path, name), { withFileTypes: true })) {
      const path = join(name, entry.name);
      if (entry.isDirectory()) await this.#copyFolder(other, path);
      else await this.#copyFile(other, path);
    }
  }

  async #copyFile(other: DataDirectory, file: string): Promise<void> {
    await copyFile(join(other.#path, file), join(this.#path, file));
    await this.#own(file);
  }

  /** Gives a file or folder to the user whom the directory belongs to, who may be another one. */
  async #own(entry: string): Promise<void> {
    const { uid, gid } = await stat(this.#path);
    await chown(join(this.#path, entry), uid, gid);
  }
}
