// Traces for the tests of this folder, in one line a message: "alice > GET a @ 1" goes at 1 ms from
// alice to the server, "alice < 7 @ 2..5" comes back from 2 to 5 ms, "alice < 7 @ 2..never" is lost.

import type { Mark, Trace, TracedMessage } from "../trace.ts";

export function traceOf(lines: string[], marks: Partial<Mark>[] = []): Trace {
  return {
    startedAt: 0,
    messages: lines.map(messageOf),
    marks: marks.map((mark) => ({
      at: 0,
      kind: "fault",
      label: "cut",
      server: "redis",
      connection: null,
      ...mark,
    })),
    beyond: 0,
  };
}

function messageOf(line: string): TracedMessage {
  const [, connection, way, label, at, arrived] =
    /^(.+?) ([<>]) (.*) @ ([\d.]+?)(?:\.\.(.+))?$/.exec(line) ?? [];
  const arrivedAt = arrived === "never" ? null : Number(arrived ?? Number(at) + 0.01);
  return {
    at: Number(at),
    arrivedAt,
    connection: String(connection),
    server: "redis",
    direction: way === ">" ? "requests" : "replies",
    label: String(label),
    bytes: 10,
    setup: false,
  };
}
