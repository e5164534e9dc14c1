import type { Trace } from "./trace.ts";

/** Several links' traces as one, in the order of time; its clock starts with the first. */
export function mergeTraces(...traces: Trace[]): Trace {
  const startedAt = Math.min(...traces.map((trace) => trace.startedAt));
  const all = traces.map((trace) => later(trace, trace.startedAt - startedAt));
  return {
    startedAt,
    messages: inOrder(all.flatMap(({ messages }) => messages)),
    marks: inOrder(all.flatMap(({ marks }) => marks)),
    beyond: all.reduce((sum, { beyond }) => sum + beyond, 0),
  };
}

function later(trace: Trace, ms: number): Trace {
  const messages = trace.messages.map((message) => ({
    ...message,
    at: message.at + ms,
    arrivedAt: message.arrivedAt === null ? null : message.arrivedAt + ms,
  }));
  return { ...trace, messages, marks: trace.marks.map((mark) => ({ ...mark, at: mark.at + ms })) };
}

function inOrder<Entry extends { at: number }>(entries: Entry[]): Entry[] {
  return entries.toSorted((one, other) => one.at - other.at);
}
