// Who may use the studio: the browser that was handed the token. A token is 256 random bits, made
// anew at each start, good for one exchange, and never told by any answer of the server.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

export class Session {
  #token: string | undefined = secret();
  readonly #cookies = new Set<string>();

  /** The token, until it has been exchanged. */
  get token(): string | undefined {
    return this.#token;
  }

  /** Takes the token for a cookie's value; undefined when it is another or has been used. */
  exchange(token: string): string | undefined {
    if (this.#token === undefined || !isSame(token, this.#token)) return undefined;
    this.#token = undefined;
    const cookie = secret();
    this.#cookies.add(cookie);
    return cookie;
  }

  /** True for a cookie that this start of the studio has given. */
  knows(cookie: string | undefined): boolean {
    return cookie !== undefined && this.#cookies.values().some((known) => isSame(cookie, known));
  }
}

function secret(): string {
  return randomBytes(32).toString("base64url");
}

/** Compares in a time that tells nothing, whatever the lengths. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
