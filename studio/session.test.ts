import assert from "node:assert/strict";
import { test } from "node:test";
import { Session } from "./session.ts";

test("a token has 256 bits, is another at each start, and is good for one exchange", () => {
  const session = new Session();
  const token = session.token ?? "";
  assert.equal(Buffer.from(token, "base64url").length, 32);
  assert.notEqual(token, new Session().token);

  const cookie = session.exchange(token);
  assert.ok(cookie && session.knows(cookie));
  assert.notEqual(cookie, token);
  assert.equal(session.token, undefined);
  assert.equal(session.exchange(token), undefined);
});

test("no guess is taken for the token or for a cookie, whatever its length", () => {
  const session = new Session();
  const token = session.token ?? "";
  for (const guess of ["", token.slice(1), `${token}A`, token.toLowerCase(), "undefined"]) {
    assert.equal(session.exchange(guess), undefined);
  }
  assert.equal(session.knows(undefined), false);
  assert.equal(session.knows(""), false);
  assert.equal(session.knows(token), false);
  assert.ok(session.exchange(token), "a wrong guess does not use the token up");
});
