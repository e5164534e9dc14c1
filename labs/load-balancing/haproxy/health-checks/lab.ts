// A balancer must not send anybody to a server that is broken, so it has to judge. It can connect to
// the port, ask for a page that says how the server is, or look at the answers that customers get.
// The first two believe what the server says of itself. The last believes the customers' answers,
// and any customer can ask for what nobody can answer.

import { lab, repeat, sum, until } from "#kit";
import { haproxy } from "#services/haproxy";
import { LOST_PROBE, openServer, SCENES } from "./servers.ts";

const HEALTH_PAGE = "option httpchk GET /health";

/** The options of a backend, and those of its servers. */
interface Judge {
  readonly backend: string;
  server(limits: { fall: number; errorLimit: number }): string[];
}

// With nothing to send HAProxy resets the connection before the server's program has seen it, and
// the lab could not count the probes; the empty line is for that alone.
const ANY_CONNECTION = "option tcp-check\n  tcp-check connect\n  tcp-check send-binary 0d0a";

const tcpCheck: Judge = { backend: ANY_CONNECTION, server: ({ fall }) => [`fall ${fall}`] };
const httpCheck: Judge = { backend: HEALTH_PAGE, server: ({ fall }) => [`fall ${fall}`] };
const hastyCheck: Judge = { backend: HEALTH_PAGE, server: () => ["fall 1"] };
const observe: Judge = {
  backend: HEALTH_PAGE,
  server: ({ fall, errorLimit }) => [
    `fall ${fall} error-limit ${errorLimit} on-error mark-down`,
    "observe layer7", // matters: A server whose shop is broken is taken out
  ],
};

export default lab({
  title: "Health checks: probes and observed traffic",
  question:
    "Should a server be judged by its health page, or by the answers that it gives to customers?",
  services: { haproxy },
  knobs: { intervalMs: 50, fall: { value: 2, from: 2, to: 5 }, errorLimit: 5, servers: 3 },
  arms: { "tcp-check": tcpCheck, "http-check": httpCheck, "hasty-check": hastyCheck, observe },

  async trial(judge, { haproxy, knobs }) {
    const errors = 2 * knobs.errorLimit; // enough, even if a good probe in their midst resets the count
    await using stack = new AsyncDisposableStack();
    const scenes = await Promise.all(
      Object.entries(SCENES).map(async ([name, [first, other]]) => {
        const conditions = [first, ...Array.from({ length: knobs.servers - 1 }, () => other)];
        const servers = await Promise.all(
          conditions.map((condition) => openServer(condition, errors)),
        );
        for (const server of servers) stack.use(server);
        return { name, servers };
      }),
    );

    // With a rise beyond reach a server that is out stays out, and can be counted.
    const options = [`check inter ${knobs.intervalMs}ms rise 1000`, ...judge.server(knobs)];
    const backends = scenes.map(({ name, servers }) => {
      const lines = servers.map(({ listen }, index) =>
        ["  server", index, listen, ...options].join(" "),
      );
      return [`backend ${name}`, "  timeout check 5s", `  ${judge.backend}`, ...lines].join("\n");
    });
    await haproxy.configure(
      ({ listen }) => `
frontend all
  bind ${listen}
  use_backend %[path,field(2,/)]
${backends.join("\n")}
`,
    );

    /** As many customers as give each server the errors at once, between two of its probes. */
    const rush = async (scene: string) => {
      const customers = Array.from({ length: knobs.servers * errors }, () =>
        fetch(`${haproxy.url}/${scene}/`, { headers: { connection: "close" } }),
      );
      return (await Promise.all(customers)).filter(({ status }) => status === 500).length;
    };
    const failed = await repeat(2, () => rush("liar"));
    await rush("page");
    // Counted where no customers' connections are among them; all are probed at the same intervals.
    const withoutCustomers = scenes.filter(({ name }) => name === "sick" || name === "unlucky");
    const enough = withoutCustomers.map(({ servers: [first] }) => {
      const probes = Math.max(LOST_PROBE, first!.connections()) + knobs.fall + 1;
      return until("enough probes", () => first!.connections() > probes);
    });
    await Promise.all(enough);

    const rows = await haproxy.stats();
    const out = (scene: string) =>
      rows.filter(
        (row) => row.pxname === scene && row.svname !== "BACKEND" && Number(row.chkdown) > 0,
      ).length;
    return {
      sick: out("sick"),
      liar: out("liar"),
      unlucky: out("unlucky"),
      page: out("page"),
      failedAnswers: sum(failed),
    };
  },

  claims: {
    "A server whose health page answers 500 is taken out": {
      holds: (found) => found.sick === 1,
      brokenBy: ["tcp-check"],
    },
    "A server whose shop is broken is taken out": {
      holds: (found) => found.liar === 1,
      brokenBy: ["tcp-check", "http-check", "hasty-check"],
    },
    "One lost probe takes no server out": {
      holds: (found) => found.unlucky === 0,
      brokenBy: ["hasty-check"],
    },
    "A page with a bug takes no server out": {
      holds: (found) => found.page === 0,
      brokenBy: ["observe"],
    },
  },

  measures: {
    "failed answers to customers": (found) => found.failedAnswers,
    "servers out after one lost probe": (found) => found.unlucky,
    "servers out after a page with a bug": (found) => found.page,
  },
});
