// The links of a traced round: one before every node whose protocol can be decoded, so that the lab
// needs to do nothing for its messages to be drawn.

import { type At, type Link, link, mergeTraces, type Service, type Trace } from "#kit";
import type { Ask } from "./bench.ts";

/** Messages that a trace keeps: what a diagram shows, and what follows for who wants more. */
const MOST_MESSAGES = 80;

export class Wires implements AsyncDisposable {
  readonly #links: Link[] = [];

  /** The same place for the lab, which reaches the service's nodes through links. */
  async before(name: string, { form }: Service, at: At): Promise<At> {
    if (!form.protocol) return at;
    const isOne = Object.keys(at.nodes).length === 1;
    const links = new Map<string, Link>();
    for (const [node, address] of Object.entries(at.nodes)) {
      const options = { trace: form.protocol, server: isOne ? name : node };
      links.set(node, await link(address, options));
    }
    this.#links.push(...links.values());
    const addressOf = (node: string) => links.get(node)?.address ?? at.addressOf(node);
    return { ...at, addressOf, address: addressOf(Object.keys(at.nodes)[0]!) };
  }

  /** The same way to ask, but a fault is marked in the trace. */
  marking(ask: Ask): Ask {
    return (service, deed) => {
      const [first] = this.#links;
      if (deed.kind === "fault") first?.note(`${deed.fault} ${deed.node ?? service}`, "fault");
      return ask(service, deed);
    };
  }

  get isUsed(): boolean {
    return this.#links.length > 0;
  }

  /** What the links have seen, without the set-up of connections, bounded. */
  drawn(): Trace {
    const { messages, ...rest } = mergeTraces(...this.#links.map((wire) => wire.trace()));
    const spoken = messages.filter(({ setup }) => !setup);
    const beyond = rest.beyond + Math.max(0, spoken.length - MOST_MESSAGES);
    return { ...rest, messages: spoken.slice(0, MOST_MESSAGES), beyond };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#links.map((wire) => wire[Symbol.asyncDispose]()));
  }
}
