// What the contract suite must know of a service beyond its form: how it can be wrong, and what it
// keeps over a restart. One row a service, by name; what a service has no row for is skipped.

import type { AlertmanagerFace } from "#services/alertmanager";
import type { Configuration } from "#services/configuration";
import type { EtcdFace } from "#services/etcd";
import type { KafkaFace } from "#services/kafka";
import type { PgbouncerFace } from "#services/pgbouncer";
import type { PostgresFace } from "#services/postgres";
import type { ShardedPostgresFace } from "#services/postgres-shards";
import type { PowerdnsFace } from "#services/powerdns";
import type { PrometheusFace } from "#services/prometheus";
import type { RabbitFace } from "#services/rabbitmq";
import type { RedisFace } from "#services/redis";
import type { RsyslogFace } from "#services/rsyslog";

/** How a service is tested beyond what all have in common. */
export interface Case {
  /** A wrong configuration, and the server's own word for it. */
  readonly wrong?: {
    readonly options?: object;
    change?(face: never): Promise<void>;
    readonly says: RegExp;
  };
  /** Something that is there after a restart of the first node: what `find` finds, `put` has put. */
  readonly keeps?: {
    readonly options?: object;
    put(face: never): Promise<unknown>;
    find(face: never): Promise<boolean>;
  };
}

/** A server that a lab gives a text to. */
interface Configured {
  configure(text: Configuration): Promise<void>;
}

/** A server that refuses nonsense, and says what it found. */
const refusesNonsense = {
  change: (face: Configured) => face.configure("nonsense here;\n"),
  says: /nonsense/,
};

/** A server on which a page answers 204 once it has been configured so. */
function pageOf(configure: (face: never) => Promise<void>): Case["keeps"] {
  return {
    put: configure,
    find: async ({ address }: { address: { host: string; port: number } }) =>
      (await fetch(`http://${address.host}:${address.port}`)).status === 204,
  };
}

const redis = {
  wrong: { options: { config: { nonsense: "yes" } }, says: /bad directive/i },
  keeps: {
    options: { config: { appendonly: "yes", appendfsync: "always" } },
    async put(face: RedisFace) {
      await using client = await face.connect();
      await client.set("kept", "yes");
    },
    async find(face: RedisFace) {
      await using client = await face.connect();
      return (await client.get("kept")) === "yes";
    },
  },
};

const postgres = {
  wrong: { options: { config: { nonsense: "yes" } }, says: /nonsense/ },
  keeps: {
    async put(face: PostgresFace) {
      await using client = await face.connect();
      await client.query("CREATE TABLE kept AS SELECT 1 AS one");
    },
    async find(face: PostgresFace) {
      await using client = await face.connect();
      return (await client.query("SELECT one FROM kept")).rowCount === 1;
    },
  },
};

const kafka = {
  wrong: { options: { config: { "num.partitions": "nonsense" } }, says: /nonsense/ },
  keeps: {
    put: (face: KafkaFace) => face.topic("kept"),
    async find(face: KafkaFace) {
      await using admin = await face.admin();
      return (await admin.listTopics()).includes("kept");
    },
  },
};

const rabbitmq = {
  wrong: { options: { config: { nonsense: "yes" } }, says: /nonsense/ },
  keeps: {
    async put(face: RabbitFace) {
      await using channel = await face.channel();
      await channel.assertQueue("kept", { durable: true });
    },
    async find(face: RabbitFace) {
      await using channel = await face.channel();
      return (await channel.checkQueue("kept")).queue === "kept";
    },
  },
};

export const cases: Readonly<Record<string, Case>> = {
  alertmanager: {
    wrong: {
      change: (face: AlertmanagerFace) => face.configure("nonsense: 1\n"),
      says: /nonsense/,
    },
  },
  dnsmasq: { wrong: { ...refusesNonsense, says: /bad option at line 1/ } },
  etcd: {
    wrong: { options: { config: { "auto-compaction-mode": "nonsense" } }, says: /nonsense/ },
    keeps: {
      put: (face: EtcdFace) => face.etcdctl("put", "kept", "yes"),
      find: async (face: EtcdFace) => (await face.etcdctl("get", "kept")).includes("yes"),
    },
  },
  haproxy: {
    wrong: refusesNonsense,
    keeps: pageOf((face: Configured) =>
      face.configure(
        ({ listen }) => `frontend f\n  bind ${listen}\n  http-request return status 204\n`,
      ),
    ),
  },
  kafka,
  "kafka-cluster": kafka,
  memcached: { wrong: { options: { args: ["--nonsense"] }, says: /nonsense/ } },
  mosquitto: { wrong: { options: { config: { nonsense: "yes" } }, says: /nonsense/ } },
  nginx: {
    wrong: refusesNonsense,
    keeps: pageOf((face: Configured) =>
      face.configure(({ listen }) => `server { listen ${listen}; return 204; }`),
    ),
  },
  "node-exporter": { wrong: { options: { args: ["--nonsense"] }, says: /nonsense/ } },
  pgbouncer: {
    wrong: {
      change: (face: PgbouncerFace) => face.configure({}, { pool_mode: "nonsense" }),
      says: /pool_mode/,
    },
    keeps: {
      put: (face: PgbouncerFace) => face.configure({}, { pool_mode: "transaction" }),
      async find(face: PgbouncerFace) {
        const rows = await face.tell("SHOW CONFIG");
        return rows.some(({ key, value }) => key === "pool_mode" && value === "transaction");
      },
    },
  },
  postgres,
  "postgres-replicated": postgres,
  "postgres-shards": {
    wrong: postgres.wrong,
    keeps: {
      put: (face: ShardedPostgresFace) => postgres.keeps.put(face.shard("shard-1")),
      find: (face: ShardedPostgresFace) => postgres.keeps.find(face.shard("shard-1")),
    },
  },
  powerdns: {
    wrong: { options: { config: { nonsense: "yes" } }, says: /nonsense/ },
    keeps: {
      put: (face: PowerdnsFace) => face.configure({ "kept.test": "www IN A 127.0.0.9" }),
      find: async (face: PowerdnsFace) =>
        (await face.resolver().resolve4("www.kept.test"))[0] === "127.0.0.9",
    },
  },
  prometheus: {
    wrong: { change: (face: PrometheusFace) => face.configure("nonsense: 1\n"), says: /nonsense/ },
    keeps: {
      async put(face: PrometheusFace) {
        await face.write({ "kept.om": "kept 1 1700000000\n# EOF\n" });
        await face.promtool("tsdb", "create-blocks-from", "openmetrics", "kept.om", "data");
      },
      find: async (face: PrometheusFace) => (await face.query("kept", 1_700_000_000)).length === 1,
    },
  },
  rabbitmq,
  "rabbitmq-cluster": rabbitmq,
  redis,
  "redis-cluster": { wrong: redis.wrong },
  "redis-replicated": redis,
  "redis-sentinel": { wrong: redis.wrong },
  rsyslog: {
    wrong: { ...refusesNonsense, says: /error during parsing file lab.conf/ },
    keeps: {
      put: (face: RsyslogFace) =>
        face.configure('module(load="impstats" interval="1") action(type="omfile" file="kept")'),
      find: async (face: RsyslogFace) => (await face.read("kept")).includes("impstats"),
    },
  },
  varnish: {
    wrong: refusesNonsense,
    keeps: pageOf((face: Configured) =>
      face.configure("vcl 4.1; backend default none; sub vcl_recv { return (synth(204)); }"),
    ),
  },
};
