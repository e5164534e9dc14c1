import type { Entry } from "./fold.ts";

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
export function lifelines(entries: Entry[]): Lifelines {
  const ends = entries.map((entry) => ("message" in entry ? entry.message : entry.mark));
  const servers = [...new Set(ends.map(({ server }) => server))];
  const clients = ends.flatMap(({ connection }) => connection ?? []);
  const all = [...new Set(clients)];
  const chosen = all.length <= MOST_CLIENTS ? all : busiest(all, clients);
  const others = all.length > chosen.length ? [`${all.length - chosen.length} others`] : [];
  const drawn = [...chosen, ...others];
  const left = servers.length === 1 ? Math.ceil(drawn.length / 2) : drawn.length;
  const names = [...drawn.slice(0, left), ...servers, ...drawn.slice(left)];
  const placeOf = (name: string) => names.indexOf(names.includes(name) ? name : (others[0] ?? ""));
  return { names, placeOf };
}

/** The clients that are named most often, in the order in which they came. */
function busiest(all: string[], named: string[]): string[] {
  const times = (client: string) => named.filter((name) => name === client).length;
  const most = all.toSorted((one, other) => times(other) - times(one));
  return all.filter((client) => most.indexOf(client) < MOST_CLIENTS - 1);
}
