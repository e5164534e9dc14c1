// The Redis serialization protocol: what its commands and replies say, in one line.

import { maskCommand } from "../mask.ts";
import { type Decoders, Garbage, type Message, oneLine, size } from "./message.ts";
import { type Value, Values } from "./resp-values.ts";

/** What both directions of a connection know: how many requests belong to its set-up. */
interface Shared {
  setupRequests: number;
  settingUp: boolean;
}

const SETUP = new Set(["HELLO", "AUTH", "CLIENT", "INFO", "SELECT", "COMMAND"]);

function describeRequest(value: Value, shared: Shared): Omit<Message, "bytes"> {
  const words = value.items.map(({ text, count }) =>
    count > text.length ? `${utf8(text)}...` : utf8(text),
  );
  if (value.type === "inline") words.push(...value.text.split(/ +/));
  words[0] = words[0]?.toUpperCase() ?? "";
  const shown = maskCommand(words).map(word);
  if (value.count > words.length) shown.push(`... ${value.count} words`);
  const [command = ""] = words;
  shared.settingUp &&= SETUP.has(command);
  if (shared.settingUp) shared.setupRequests += 1;
  const named = command === "CLIENT" && words[1]?.toUpperCase() === "SETNAME";
  return {
    label: oneLine(shown.join(" ")),
    ...(named && words[2] ? { name: oneLine(words[2], 24) } : {}),
    ...(shared.settingUp ? { setup: true } : {}),
  };
}

function describeReply(value: Value, shared: Shared): Omit<Message, "bytes"> {
  if (value.type === "inline") throw new Garbage();
  const label = oneLine(reply(value));
  if (value.type === ">" || shared.setupRequests === 0) return { label };
  shared.setupRequests -= 1;
  return { label, setup: true };
}

function word(text: string): string {
  return /^[\p{L}\p{N}\p{P}\p{S}]+$/u.test(text) ? text : JSON.stringify(text);
}

function reply({ type, text, items, count }: Value): string {
  if (type === "$") return string(text, count);
  if (type === "=") return string(text.slice(4), count - 4);
  if (type === "_") return "nil";
  if (type === "#") return text === "t" ? "true" : "false";
  if (type === "%") return `{${pairs(items).join(", ")}${count > items.length / 2 ? ", ..." : ""}}`;
  if ("*~>".includes(type)) return list(type, items, count);
  return utf8(text);
}

function string(text: string, length: number): string {
  const cut = length > text.length;
  return cut ? `${JSON.stringify(`${utf8(text)}...`)} ${size(length)}` : JSON.stringify(utf8(text));
}

function list(type: string, items: Value[], count: number): string {
  const more = count > items.length ? `, ... ${count} items` : "";
  return `${type === ">" ? "push " : ""}[${items.map(reply).join(", ")}${more}]`;
}

function pairs(items: Value[]): string[] {
  const keys = items.filter((_, place) => place % 2 === 0);
  return keys.map((key, pair) => `${reply(key)}: ${reply(items[2 * pair + 1] ?? key)}`);
}

function utf8(text: string): string {
  return Buffer.from(text, "latin1").toString();
}

export function resp(): Decoders {
  const shared: Shared = { setupRequests: 0, settingUp: true };
  return {
    requests: new Values((value) => describeRequest(value, shared)),
    replies: new Values((value) => describeReply(value, shared)),
  };
}
