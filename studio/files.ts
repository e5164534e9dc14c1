// The built site. Its files are listed once, so that a request can name one of them or nothing.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".xml": "application/xml; charset=utf-8",
};

/** A file as it is answered. */
export interface Answer {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

export class Files {
  readonly #paths: ReadonlyMap<string, string>;

  /** Lists a folder's files by the paths that they have on the site. */
  constructor(folder: string) {
    const found = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [pathOf(relative(folder, file)), file] as const);
    this.#paths = new Map(found);
  }

  /** The file at a path, or the page that says there is none. */
  answer(path: string): Answer & { readonly status: 200 | 404 } {
    const file = this.#paths.get(path);
    if (file) return { status: 200, ...answerOf(file) };
    const none = this.#paths.get("/404.html");
    if (none) return { status: 404, ...answerOf(none) };
    return { status: 404, body: new Uint8Array(), headers: {} };
  }
}

function pathOf(name: string): string {
  return `/${name.replaceAll(sep, "/").replace(/(^|\/)index\.html$/, "$1")}`;
}

function answerOf(file: string): Answer {
  const body = new Uint8Array(readFileSync(file));
  const type = TYPES[extname(file)] ?? "application/octet-stream";
  const headers: Record<string, string> = { "Content-Type": type, "Cache-Control": "no-cache" };
  if (file.includes(`${sep}_astro${sep}`)) headers["Cache-Control"] = "max-age=31536000, immutable";
  if (type.startsWith("text/html")) headers["Content-Security-Policy"] = policyFor(body);
  return { body, headers };
}

/** What a page may do: its own files, and the scripts that stand in it as it was built. */
function policyFor(page: Uint8Array): string {
  const text = Buffer.from(page).toString("utf8");
  const inline = [...text.matchAll(/<script(?![^>]*\ssrc=)[^>]*>(.*?)<\/script>/gs)];
  const hashes = inline.map(([, script = ""]) => {
    return `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
  });
  return [
    "default-src 'none'",
    // The search is WebAssembly.
    `script-src 'self' 'wasm-unsafe-eval' ${[...new Set(hashes)].join(" ")}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
