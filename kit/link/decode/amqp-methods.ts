// The methods of AMQP 0-9-1 and RabbitMQ's additions, by class and number
// (https://www.rabbitmq.com/amqp-0-9-1-reference.html).

import { MASK } from "../mask.ts";
import { Garbage } from "./message.ts";

/**
 * What is shown of a method's arguments, one letter each in their order: s a short string, h a
 * 16-bit, w a 32-bit and q a 64-bit number, o an octet, m one whose last bit means "multiple"; in
 * capitals what is passed over.
 */
const METHODS: Record<string, Record<number, string>> = {
  "Connection 10": {
    10: "Start",
    11: "StartOk",
    20: "Secure",
    21: "SecureOk",
    30: "Tune",
    31: "TuneOk",
    40: "Open s",
    41: "OpenOk",
    50: "Close hs",
    51: "CloseOk",
    60: "Blocked s",
    61: "Unblocked",
    70: "UpdateSecret",
    71: "UpdateSecretOk",
  },
  "Channel 20": {
    10: "Open",
    11: "OpenOk",
    20: "Flow",
    21: "FlowOk",
    40: "Close hs",
    41: "CloseOk",
  },
  "Exchange 40": {
    10: "Declare Hss",
    11: "DeclareOk",
    20: "Delete Hs",
    21: "DeleteOk",
    30: "Bind Hsss",
    31: "BindOk",
    40: "Unbind Hsss",
    51: "UnbindOk",
  },
  "Queue 50": {
    10: "Declare Hs",
    11: "DeclareOk sww",
    20: "Bind Hsss",
    21: "BindOk",
    30: "Purge Hs",
    31: "PurgeOk w",
    40: "Delete Hs",
    41: "DeleteOk w",
    50: "Unbind Hsss",
    51: "UnbindOk",
  },
  "Basic 60": {
    10: "Qos Wh",
    11: "QosOk",
    20: "Consume Hs",
    21: "ConsumeOk S",
    30: "Cancel S",
    31: "CancelOk S",
    40: "Publish Hss",
    50: "Return hsss",
    60: "Deliver SqOss",
    70: "Get Hs",
    71: "GetOk qOss",
    72: "GetEmpty",
    80: "Ack qm",
    90: "Reject q",
    100: "RecoverAsync",
    110: "Recover",
    111: "RecoverOk",
    120: "Nack qm",
  },
  "Confirm 85": { 10: "Select", 11: "SelectOk" },
  "Tx 90": {
    10: "Select",
    11: "SelectOk",
    20: "Commit",
    21: "CommitOk",
    30: "Rollback",
    31: "RollbackOk",
  },
};

const BY_NUMBER = new Map<number, [name: string, args: string]>();
for (const [family, methods] of Object.entries(METHODS)) {
  const [group, familyNumber] = family.split(" ") as [string, string];
  for (const [number, form] of Object.entries(methods)) {
    const [name, args = ""] = form.split(" ") as [string, string?];
    BY_NUMBER.set(Number(familyNumber) * 65_536 + Number(number), [`${group}.${name}`, args]);
  }
}

/** Methods that a header and bodies follow: Publish, Return, Deliver, GetOk. */
export const METHODS_WITH_CONTENT = new Set([40, 50, 60, 71].map((number) => 60 * 65_536 + number));

/** Opening the connection and a channel: what a client library does by itself. */
export const SETUP_METHODS = new Set(
  [...BY_NUMBER.keys()].filter((number) => {
    const [name] = BY_NUMBER.get(number) as [string, string];
    return /^(Connection\.(Start|Secure|Tune|Open)|Channel\.Open)/.test(name);
  }),
);

/** A method's name and its most telling arguments; what logs somebody in is masked. */
export function describeMethod(number: number, args: Buffer): string {
  const [name, form] = BY_NUMBER.get(number) ?? [];
  if (name === undefined || form === undefined) throw new Garbage();
  if (/(StartOk|SecureOk|UpdateSecret)$/.test(name)) return `${name} ${MASK}`;
  return [name, ...argumentsIn(args, form)].join(" ").trimEnd();
}

function argumentsIn(bytes: Buffer, form: string): string[] {
  const shown: string[] = [];
  let at = 0;
  for (const letter of form) {
    const { text, length } = read(bytes, at, letter.toLowerCase());
    at += length;
    if (letter === letter.toLowerCase()) shown.push(text);
  }
  return shown;
}

function read(bytes: Buffer, at: number, letter: string): { text: string; length: number } {
  if (letter === "h") return { text: `${bytes.readUInt16BE(at)}`, length: 2 };
  if (letter === "w") return { text: `${bytes.readUInt32BE(at)}`, length: 4 };
  if (letter === "q") return { text: `${bytes.readBigUInt64BE(at)}`, length: 8 };
  const octet = bytes.readUInt8(at);
  if (letter === "o") return { text: `${octet}`, length: 1 };
  if (letter === "m") return { text: octet & 1 ? "multiple" : "", length: 1 };
  const text = bytes.toString("utf8", at + 1, at + 1 + octet);
  return { text: text === "" ? '""' : text, length: 1 + octet };
}
