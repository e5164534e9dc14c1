// Text that a stranger may keep and read, but not change: what a signed cookie holds.

import { createHmac, timingSafeEqual } from "node:crypto";

/** The value as JSON in base64url, a point, and its HMAC-SHA256. Made of letters that a cookie takes. */
export function signed(value: unknown, secret: string): string {
  const text = Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${text}.${signatureOf(text, secret)}`;
}

/** The value that was signed with this secret, or undefined when somebody else made the text. */
export function verified(signedText: string, secret: string): unknown {
  const [text = "", signature = ""] = signedText.split(".");
  const [ours, theirs] = [Buffer.from(signatureOf(text, secret)), Buffer.from(signature)];
  // How long a plain comparison takes would tell how much of a guessed signature is right.
  const genuine = ours.length === theirs.length && timingSafeEqual(ours, theirs);
  return genuine ? JSON.parse(Buffer.from(text, "base64url").toString()) : undefined;
}

function signatureOf(text: string, secret: string): string {
  return createHmac("sha256", secret).update(text).digest("base64url");
}
