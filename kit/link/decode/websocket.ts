// WebSocket frames (RFC 6455, 5.2).

import { maskJson } from "../mask.ts";
import { Frames, type Framing } from "./frames.ts";
import { type Decoder, Garbage, oneLine, size } from "./message.ts";

const NAMES: Record<number, string> = {
  0: "continued",
  1: "text",
  2: "binary",
  8: "close",
  9: "ping",
  10: "pong",
};

const LONGEST_TEXT = 60;

interface Header {
  opcode: number;
  final: boolean;
  compressed: boolean;
  /** Where the payload begins; the mask, if there is one, stands before it. */
  payloadAt: number;
  masked: boolean;
  payload: number;
}

function headerIn(start: Buffer): Header | undefined {
  if (start.length < 2) return undefined;
  const [first, second] = start as unknown as [number, number];
  const opcode = first & 0x0f;
  if (!(opcode in NAMES) || (first & 0x30) !== 0) throw new Garbage();
  const masked = (second & 0x80) !== 0;
  const short = second & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  if (start.length < 2 + lengthBytes) return undefined;
  return {
    opcode,
    final: (first & 0x80) !== 0,
    compressed: (first & 0x40) !== 0,
    payloadAt: 2 + lengthBytes + (masked ? 4 : 0),
    masked,
    payload: payloadLength(start, short),
  };
}

/** 126 and 127 say that the length follows, in two or in eight bytes. */
function payloadLength(start: Buffer, short: number): number {
  if (short === 126) return start.readUInt16BE(2);
  return short === 127 ? Number(start.readBigUInt64BE(2)) : short;
}

const framing: Framing = {
  length(start) {
    const header = headerIn(start);
    return header && header.payloadAt + header.payload;
  },
  describe(start) {
    const header = headerIn(start) as Header;
    return { label: describe(header, payloadIn(start, header)) };
  },
};

/** The payload as far as it is given, without the mask that a client puts over it. */
function payloadIn(start: Buffer, { payloadAt, masked }: Header): Buffer {
  const payload = Buffer.from(start.subarray(payloadAt));
  if (!masked) return payload;
  const mask = start.subarray(payloadAt - 4, payloadAt);
  return payload.map((byte, at) => byte ^ (mask[at % 4] as number)) as Buffer;
}

function describe({ opcode, final, compressed, payload }: Header, bytes: Buffer): string {
  const name = `${NAMES[opcode]}${final ? "" : " (to be continued)"}`;
  if (opcode === 8) return bytes.length >= 2 ? `close ${bytes.readUInt16BE(0)}` : "close";
  if (opcode !== 1 || compressed) return payload === 0 ? name : `${name} ${size(payload)}`;
  return `${name} ${oneLine(maskJson(bytes.toString()), LONGEST_TEXT)}`;
}

/** Reads the frames of one direction. */
export function webSocketFrames(): Decoder {
  return new Frames(framing);
}
