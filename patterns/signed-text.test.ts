import assert from "node:assert/strict";
import { test } from "node:test";
import { signed, verified } from "./signed-text.ts";

const value = { user: "Zoë", cart: ["apples"] };

test("who has the secret gets the value back", () => {
  assert.deepEqual(verified(signed(value, "secret"), "secret"), value);
});

test("anybody can read it, and a cookie can hold it", () => {
  const text = signed(value, "secret");
  assert.match(text, /^[\w-]+\.[\w-]+$/);
  const [body = ""] = text.split(".");
  assert.deepEqual(JSON.parse(Buffer.from(body, "base64url").toString()), value);
});

test("a text signed with another secret is refused", () => {
  assert.equal(verified(signed(value, "other"), "secret"), undefined);
});

test("a changed value is refused, and so is one without a signature", () => {
  const [, signature = ""] = signed(value, "secret").split(".");
  const forged = Buffer.from(JSON.stringify({ user: "admin" })).toString("base64url");
  for (const text of [`${forged}.${signature}`, forged, `${forged}.`, ".", ""]) {
    assert.equal(verified(text, "secret"), undefined);
  }
});

test("a signature with a letter outside ASCII is refused, not an error", () => {
  const [text = "", signature = ""] = signed(value, "secret").split(".");
  assert.equal(verified(`${text}.${signature.slice(1)}é`, "secret"), undefined);
});
