// workerd, the server of Cloudflare Workers, for code that runs at the edge. It is run by
// Miniflare, which gives it the Cache API, key-value storage and the like on this machine.

import { type At, type Preparation, service } from "#kit";
import { cachedProgram } from "./cached-program.ts";
import { accepts } from "./tcp.ts";

/** What runs at the edge. */
export interface Worker {
  /** An ES module whose default export has a method fetch(request, env, context). */
  readonly script: string;
  /** What the worker finds in env: texts, numbers, and other plain data. */
  readonly bindings?: Readonly<Record<string, unknown>>;
  /** Further options of Miniflare, as plain data, such as { kvNamespaces: ["STORE"] }. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** What a lab does with the edge. */
export interface WorkerdFace {
  /** http://host:port, where the worker answers once it is deployed. */
  readonly url: string;
  /** Starts the edge with this worker and an empty cache, in place of the one before. */
  deploy(worker: Worker): Promise<void>;
}

const VERSION = "4.20260730.0";
const PROGRAM = "workerd-host.mjs";

const host = `#!/usr/bin/env node
import { Miniflare } from "miniflare";
const { HOST, PORT, WORKER } = process.env;
new Miniflare({ ...JSON.parse(WORKER), host: HOST, port: Number(PORT), modules: true, cf: false });
`;

const miniflare: Preparation = {
  key: `miniflare-${VERSION}`,
  files: {
    "package.json": JSON.stringify({ private: true, dependencies: { miniflare: VERSION } }),
    [PROGRAM]: host,
  },
  commands: () => [
    ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"],
    ["chmod", "+x", PROGRAM],
  ],
};

export const workerd = service<object, WorkerdFace>({
  name: "workerd",
  image: "node:24.11.1-bookworm-slim",
  port: 8080,
  program: PROGRAM,
  packages: {},
  version: { args: [], pattern: /(.*)/, atLeast: "4.0.0" },
  embedded: async (cache) => cachedProgram(cache, miniflare, PROGRAM, VERSION),
  download: miniflare,
  options: {},
  onDemand: true,
  command: ({ bind, port }) => ({ args: [], env: { HOST: bind, PORT: String(port) } }),
  ready: accepts,
  stopSignal: "SIGKILL",
  open,
});

function open(at: At): WorkerdFace {
  return {
    url: `http://${at.address.host}:${at.address.port}`,
    async deploy({ script, bindings = {}, options = {} }) {
      await at.start({ WORKER: JSON.stringify({ ...options, script, bindings }) });
    },
  };
}
