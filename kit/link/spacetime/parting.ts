import type { Trace, TracedMessage } from "../trace.ts";

/**
 * Finds the first place where two traces part: the places in their messages from which they differ
 * in who spoke, which way, or what was said. Times and connection set-up do not count. Where one
 * trace ends first, its place is that of its last message. Undefined when they do not part.
 */
export function parting(one: Trace, other: Trace): { one: number; other: number } | undefined {
  const [ours, theirs] = [spoken(one), spoken(other)];
  const longest = Math.max(ours.length, theirs.length);
  for (let step = 0; step < longest; step++) {
    if (said(ours[step]?.message) === said(theirs[step]?.message)) continue;
    const last = (messages: typeof ours) =>
      messages[Math.min(step, messages.length - 1)]?.place ?? 0;
    return { one: last(ours), other: last(theirs) };
  }
  return undefined;
}

function spoken(trace: Trace) {
  return trace.messages
    .map((message, place) => ({ message, place }))
    .filter(({ message }) => !message.setup);
}

function said(message: TracedMessage | undefined): string | undefined {
  return (
    message && [message.connection, message.server, message.direction, message.label].join("\n")
  );
}
