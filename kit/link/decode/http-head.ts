import { MASK, maskUrl } from "../mask.ts";
import { Garbage, oneLine } from "./message.ts";

/** A request line or status line, and the headers by lower-case name. */
export interface Head {
  line: string;
  headers: Map<string, string>;
}

/** Headers that change what a request or response means; all others are left out. */
const TELLING = [
  "if-none-match",
  "if-match",
  "if-modified-since",
  "idempotency-key",
  "range",
  "upgrade",
  "etag",
  "cache-control",
  "age",
  "vary",
  "location",
  "retry-after",
  "x-cache",
];

/** Headers that let somebody in: that they are there is shown, what they say is not. */
const SECRET = ["authorization", "proxy-authorization", "cookie", "set-cookie"];

const REQUEST_LINE = /^[A-Z]+ \S+ HTTP\/1\.[01]$/;
const STATUS_LINE = /^HTTP\/1\.[01] \d{3}( |$)/;

/** Takes a head apart, without the empty line at its end. Throws Garbage. */
export function readHead(text: string): Head {
  const [line = "", ...rest] = text.split("\r\n");
  if (!REQUEST_LINE.test(line) && !STATUS_LINE.test(line)) throw new Garbage();
  const headers = new Map<string, string>();
  for (const header of rest) {
    const colon = header.indexOf(":");
    if (colon < 1) throw new Garbage();
    headers.set(header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim());
  }
  return { line, headers };
}

/** "GET /users/7 [if-none-match "a1"] [cookie ***]". */
export function describeHead({ line, headers }: Head): string {
  const parts = [maskUrl(line.replace(/ ?HTTP\/1\.[01] ?/, ""))];
  for (const name of TELLING) {
    if (headers.has(name)) parts.push(`[${name} ${maskUrl(headers.get(name) as string)}]`);
  }
  for (const name of SECRET) {
    if (headers.has(name)) parts.push(`[${name} ${MASK}]`);
  }
  return oneLine(parts.join(" "), 160);
}
