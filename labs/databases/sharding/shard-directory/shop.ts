// Tenants on several shards, and a directory of where they are. The directory lies on the first shard.

import { sum } from "#kit";
import { hashOf } from "#patterns/key-hash";
import type { Postgres } from "#services/postgres";

/** Where a tenant is, and how often it has moved. */
export interface Place {
  readonly shard: number;
  readonly epoch: number;
}

const SCHEMA = `
  CREATE TABLE tenant (id int PRIMARY KEY, epoch int);
  CREATE TABLE note (tenant int, text text);
  CREATE INDEX ON note (tenant)`;

const DIRECTORY = "CREATE TABLE directory (tenant int PRIMARY KEY, shard int, epoch int DEFAULT 0)";

const STRANDED = "SELECT FROM note WHERE NOT EXISTS (SELECT FROM tenant WHERE id = note.tenant)";

/** The shard that the hash names. */
export function home(tenant: number, shards: number): number {
  return hashOf(`${tenant}`) % shards;
}

export class Shop {
  readonly shards: readonly Postgres[];
  /** What the router remembers. */
  readonly cache = new Map<number, Place>();
  /** How often the directory was asked. */
  asked = 0;

  private constructor(shards: readonly Postgres[]) {
    this.shards = shards;
  }

  /** Puts every tenant on its home shard, with three notes, and into the directory. */
  static async open(shards: readonly Postgres[], tenants: readonly number[]): Promise<Shop> {
    await shards[0]!.query(DIRECTORY);
    for (const [index, shard] of shards.entries()) {
      const own = tenants.filter((tenant) => home(tenant, shards.length) === index);
      await shard.query(SCHEMA);
      await shard.query("INSERT INTO tenant SELECT unnest($1::int[]), 0", [own]);
      await shard.query("INSERT INTO note SELECT id, 'old' FROM tenant, generate_series(1, 3)");
      await shards[0]!.query("INSERT INTO directory SELECT unnest($1::int[]), $2", [own, index]);
    }
    return new Shop(shards);
  }

  /** Asks the directory. */
  async find(tenant: number): Promise<Place> {
    this.asked += 1;
    const where = "SELECT shard, epoch FROM directory WHERE tenant = $1";
    return (await this.shards[0]!.query<Place>(where, [tenant])).rows[0]!;
  }

  /** Whether a shard has a tenant's old notes. */
  async has(tenant: number, shard: number): Promise<boolean> {
    const old = "SELECT FROM note WHERE tenant = $1 AND text = 'old'";
    return (await this.shards[shard]!.query(old, [tenant])).rowCount! > 0;
  }

  /** Moves a tenant and its notes to the next shard. */
  async move(tenant: number): Promise<void> {
    const { shard, epoch } = await this.find(tenant);
    const next = { shard: (shard + 1) % this.shards.length, epoch: epoch + 1 };
    const [source, target] = [this.shards[shard]!, this.shards[next.shard]!];
    await source.query("BEGIN");
    await source.query("DELETE FROM tenant WHERE id = $1", [tenant]);
    const { rows } = await source.query("DELETE FROM note WHERE tenant = $1 RETURNING *", [tenant]);
    for (const { text } of rows) {
      await target.query("INSERT INTO note VALUES ($1, $2)", [tenant, text]);
    }
    await target.query("INSERT INTO tenant VALUES ($1, $2)", [tenant, next.epoch]);
    await source.query("COMMIT");
    const record = "UPDATE directory SET shard = $2, epoch = $3 WHERE tenant = $1";
    await this.shards[0]!.query(record, [tenant, next.shard, next.epoch]);
  }

  /** How many notes are on a shard that does not own their tenant. */
  async stranded(): Promise<number> {
    const counts = await Promise.all(this.shards.map((shard) => shard.query(STRANDED)));
    return sum(counts.map(({ rowCount }) => rowCount!));
  }
}
