// A command's house: opened before the first run, closed after the last, whatever ends the command.

import { House } from "../runner/house.ts";
import { EXIT } from "./failure.ts";

const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: 143, SIGHUP: 129 } as const;

/** A house, and the signal that tells its runs to stop. */
export interface Stay extends AsyncDisposable {
  readonly house: House;
  readonly signal: AbortSignal;
}

/** Opens a house that Ctrl-C, SIGTERM or a closed terminal closes; the second Ctrl-C does not wait. */
export async function stay(where: { attached?: boolean } = {}): Promise<Stay> {
  const stop = new AbortController();
  for (const [name, code] of Object.entries(SIGNALS)) {
    process.on(name, () => {
      process.exitCode = code;
      if (stop.signal.aborted) process.exit(code); // the watchdog ends what we leave
      stop.abort();
    });
  }
  const house = await House.open(where);
  return {
    house,
    signal: stop.signal,
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  };
}
