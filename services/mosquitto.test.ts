import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { mosquitto } from "./mosquitto.ts";
import { exchange } from "./tcp.ts";

/** A packet of MQTT 3.1.1: its first byte, then the length and the bytes of the rest. */
function packet(first: number, ...rest: (string | number)[]): number[] {
  const bytes = rest.flatMap((part) =>
    typeof part === "number" ? part : [0, part.length, ...Buffer.from(part)],
  );
  return [first, bytes.length, ...bytes];
}

const connect = packet(0x10, "MQTT", 4, 2, 0, 0, "");
const retain = packet(0x31, "topic", ..."hello".split("").map((letter) => letter.charCodeAt(0)));
const subscribe = packet(0x82, 0, 1, "topic", 0);
const ping = packet(0xc0);

describe("mosquitto", { skip: await lacking(mosquitto) }, () => {
  test("a retained message reaches who subscribes later, and not the next trial", async () => {
    await using stood = await stand(mosquitto);
    const answered = { isComplete: (bytes: Buffer) => bytes.includes(Buffer.from([0xd0, 0])) };
    const talk = (...packets: number[][]) =>
      exchange(stood.face.address, Buffer.from([connect, ...packets, ping].flat()), answered);
    await talk(retain);
    assert.ok((await talk(subscribe)).includes("hello"));
    await stood.again();
    assert.ok(!(await talk(subscribe)).includes("hello"));
  });
});
