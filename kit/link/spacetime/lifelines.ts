import type { TracedMessage } from "../trace.ts";

/** More clients than these share one lifeline. */
const MOST_CLIENTS = 5;

export interface Lifelines {
  names: string[];
  /** The place of a client or server; clients without a lifeline of their own share the last one. */
  placeOf(name: string): number;
}

/**
 * Gives clients and servers their places. A single server stands in the middle, so that no arrow
 * crosses more lifelines than it must; several stand on the right.
 */
export function lifelines(messages: TracedMessage[]): Lifelines {
  const servers = [...new Set(messages.map(({ server }) => server))];
  const all = [...new Set(messages.map(({ connection }) => connection))];
  const clients = all.length <= MOST_CLIENTS ? all : busiest(all, messages);
  const others = all.length > MOST_CLIENTS ? [`${all.length - clients.length} others`] : [];
  const drawn = [...clients, ...others];
  const left = servers.length === 1 ? Math.ceil(drawn.length / 2) : drawn.length;
  const names = [...drawn.slice(0, left), ...servers, ...drawn.slice(left)];
  return {
    names,
    placeOf: (name) => {
      const place = names.indexOf(name);
      return place >= 0 ? place : Math.max(0, names.indexOf(others[0] ?? ""));
    },
  };
}

/** The clients with most messages, in the order in which they came. */
function busiest(clients: string[], messages: TracedMessage[]): string[] {
  const traffic = (client: string) =>
    messages.filter(({ connection }) => connection === client).length;
  const chosen = clients
    .toSorted((one, other) => traffic(other) - traffic(one))
    .slice(0, MOST_CLIENTS - 1);
  return clients.filter((client) => chosen.includes(client));
}
