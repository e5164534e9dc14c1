import type { ClientBase } from "pg";

/** One node of a plan, with what it did over all its loops. */
export interface PlanNode {
  /** Such as "Index Scan" or "Hash Join". */
  readonly type: string;
  /** The index that it uses, or "". */
  readonly index: string;
  /** How often it descended an index to find where to begin (PostgreSQL 18), 0 without an index. */
  readonly indexSearches: number;
  /** Rows that it returned, and the planner's estimate of them. */
  readonly rows: number;
  readonly estimatedRows: number;
  /** Rows that it read and threw away. */
  readonly rowsRemoved: number;
}

/** What a statement cost, in counts that are the same on every machine. */
export interface Explained {
  /** Pages of 8 kB that it looked at, each time that it did, in memory or on disk. */
  readonly pages: number;
  /** What it wrote to the write-ahead log. */
  readonly walBytes: number;
  /** Every node of its plan, parents before children. */
  readonly nodes: readonly PlanNode[];
}

/** Runs a statement under EXPLAIN ANALYZE: what it changes is changed. Throws what it throws. */
export async function explain(
  client: ClientBase,
  statement: string,
  values?: readonly unknown[],
): Promise<Explained> {
  const { rows } = await client.query(
    `EXPLAIN (ANALYZE, BUFFERS, WAL, TIMING OFF, FORMAT JSON) ${statement}`,
    values as unknown[],
  );
  const root: JsonNode = rows[0]["QUERY PLAN"][0].Plan;
  return {
    pages: count(root, "Shared Hit Blocks") + count(root, "Shared Read Blocks"),
    walBytes: count(root, "WAL Bytes"),
    nodes: nodesOf(root).map(planNode),
  };
}

type JsonNode = { readonly Plans?: readonly JsonNode[] } & Readonly<Record<string, unknown>>;

function nodesOf(node: JsonNode): JsonNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

function planNode(node: JsonNode): PlanNode {
  const loops = count(node, "Actual Loops");
  return {
    type: String(node["Node Type"]),
    index: String(node["Index Name"] ?? ""),
    indexSearches: count(node, "Index Searches"),
    rows: Math.round(count(node, "Actual Rows") * loops),
    estimatedRows: count(node, "Plan Rows"),
    rowsRemoved: Math.round(count(node, "Rows Removed by Filter") * loops),
  };
}

/** A number of a node; EXPLAIN leaves out some that are 0. */
function count(node: JsonNode, name: string): number {
  return Number(node[name] ?? 0);
}
