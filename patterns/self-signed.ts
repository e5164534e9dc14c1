// A certificate for a server that a lab starts itself. Node makes keys and reads certificates, but
// makes none, and a certificate that is kept in a project expires there.

import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * Makes a P-256 key and a certificate for 127.0.0.1 that it has signed itself, valid from yesterday
 * for a week, both as PEM. The form is that of RFC 5280, written as DER (X.690).
 */
export function selfSigned(): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const from = Date.now() - DAY_MS;
  const body = sequence(
    tagged(0xa0, tagged(0x02, [2])), // version 3
    tagged(0x02, [0x01, ...randomBytes(8)]), // the serial number
    ECDSA_WITH_SHA256,
    NAME, // of the issuer
    sequence(time(from), time(from + 7 * DAY_MS)),
    NAME,
    publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(sequence(objectId("551d11"), tagged(0x04, sequence(LOOPBACK))))),
  );
  const signature = tagged(0x03, [0], sign("sha256", body, privateKey));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: pem(sequence(body, ECDSA_WITH_SHA256, signature)),
  };
}

type Bytes = Uint8Array | readonly number[];

/** One value of DER: its tag, its length (below 65,536) and its content. */
function tagged(tag: number, ...content: readonly Bytes[]): Buffer {
  const body = Buffer.concat(content.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([tag, ...sizeOf(body)]), body]);
}

/** A length in as few bytes as it takes, which DER demands and browsers check. */
function sizeOf({ length }: Buffer): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

function sequence(...content: readonly Bytes[]): Buffer {
  return tagged(0x30, ...content);
}

/** An object identifier, given as its content in hexadecimal. */
function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, "hex"));
}

/** A UTCTime, such as 261123070000Z. */
function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

const ECDSA_WITH_SHA256 = sequence(objectId("2a8648ce3d040302"));

/** A name that consists of a common name. */
const NAME = sequence(
  tagged(0x31, sequence(objectId("550403"), tagged(0x0c, Buffer.from("a lab's own server")))),
);

/** A subject alternative name: the address 127.0.0.1. */
const LOOPBACK = tagged(0x87, [127, 0, 0, 1]);

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
