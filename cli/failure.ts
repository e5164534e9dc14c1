// What a command says when it cannot go on, and the exit codes.

export const EXIT = {
  asDeclared: 0,
  differs: 1,
  usage: 2,
  missingServer: 3,
  interrupted: 130,
} as const;

/** An error for the reader: what happened, and what to type next. */
export class Failure extends Error {
  readonly next: string | undefined;
  readonly exitCode: number;

  constructor(message: string, next?: string, exitCode: number = EXIT.usage) {
    super(message);
    this.next = next;
    this.exitCode = exitCode;
  }
}

/** Two or three lines for the terminal; the stack only when it was asked for. */
export function explain(error: unknown, debug: boolean): string {
  if (debug && error instanceof Error) return error.stack ?? error.message;
  const message = error instanceof Error ? error.message : String(error);
  const next = error instanceof Failure && error.next ? `\nTry: ${error.next}` : "";
  return `pareto: ${message}${next}`;
}
