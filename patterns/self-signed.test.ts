import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer, get } from "node:https";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { selfSigned } from "./self-signed.ts";

test("the certificate belongs to its key, is signed by it and is valid now", () => {
  const { key, cert } = selfSigned();
  const certificate = new X509Certificate(cert);
  assert.ok(certificate.checkPrivateKey(createPrivateKey(key)));
  assert.ok(certificate.verify(certificate.publicKey));
  assert.ok(certificate.validFromDate.getTime() < Date.now());
  assert.ok(certificate.validToDate.getTime() > Date.now());
});

test("it is for 127.0.0.1 and no other address", () => {
  const certificate = new X509Certificate(selfSigned().cert);
  assert.equal(certificate.checkIP("127.0.0.1"), "127.0.0.1");
  assert.equal(certificate.checkIP("127.0.0.2"), undefined);
});

test("who trusts it can speak TLS with the server, and nobody else", async () => {
  const { key, cert } = selfSigned();
  const server = createServer({ key, cert }, (_request, response) => response.end());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const ask = (ca: string) => once(get({ host: "127.0.0.1", port, ca, agent: false }), "response");
  try {
    const [answer] = await ask(cert);
    assert.equal(answer.statusCode, 200);
    await assert.rejects(ask(selfSigned().cert), /self-signed certificate/);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
