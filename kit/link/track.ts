import type { Direction } from "./conditions.ts";
import type { Counts } from "./counts.ts";
import type { Decoder } from "./decode/message.ts";
import type { Named, Recorder } from "./trace.ts";

/** Reads one direction of one connection for a trace, and knows where messages end. */
export class Track {
  readonly #decoder: Decoder;
  readonly #recorder: Recorder;
  readonly #connection: Named;
  readonly #direction: Direction;
  readonly #counts: Counts;
  /** Messages under way: where they end in the stream, and what to call when they have arrived. */
  readonly #underWay: { end: number; arrive: () => void }[] = [];
  #end = 0;

  constructor(
    decoder: Decoder,
    { recorder, counts }: { recorder: Recorder; counts: Counts },
    connection: Named,
    direction: Direction,
  ) {
    this.#decoder = decoder;
    this.#recorder = recorder;
    this.#counts = counts;
    this.#connection = connection;
    this.#direction = direction;
  }

  /** Offsets in the stream at which messages end that have not left the link. */
  get ends(): number[] {
    return this.#underWay.map(({ end }) => end);
  }

  /** Takes in what came to the link, and returns the offsets at which messages end in it. */
  arrived(chunk: Buffer): number[] {
    const messages = this.#decoder.push(chunk);
    return messages.map((message) => {
      this.#end += message.bytes;
      if (!message.setup) this.#count();
      const arrive = this.#recorder.message(message, this.#connection, this.#direction);
      this.#underWay.push({ end: this.#end, arrive });
      return this.#end;
    });
  }

  /** So many bytes of the stream have left the link. */
  delivered(passed: number): void {
    while (this.#underWay[0] && this.#underWay[0].end <= passed) this.#underWay.shift()?.arrive();
  }

  #count(): void {
    this.#counts[this.#direction] = (this.#counts[this.#direction] ?? 0) + 1;
  }
}
