// What a hostile page, or a program that guesses, can try: every route, every trick. Nothing may
// happen, and no byte of what is here may come back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openForTest, type TestStudio } from "./open.ts";
import { type Answered, ask, type Sent } from "./request.ts";

const LAB = "caching/redis-transactions/optimistic-locking";
const RUN = JSON.stringify({ lab: LAB, knobs: {} });
const JSON_TYPE = { "content-type": "application/json" };

let open: TestStudio;
let origin: string;
let cookie = "";

before(async () => {
  open = await openForTest();
  origin = open.studio.origin;
  const token = open.studio.link.split("=")[1] ?? "";
  const body = JSON.stringify({ token });
  const answer = await post("/api/session", body);
  cookie = answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  assert.ok(cookie, answer.body);
  // A run that is over, so that its stream is there to be read, and has an end.
  await post("/api/runs", RUN);
  await post("/api/runs/r1/stop", "{}");
  while ((await openRuns()) > 0) await ask(origin, { path: "/", headers: ours() });
});

after(() => open?.[Symbol.asyncDispose]());

/** A request as our own page sends it. */
function ours(): Record<string, string> {
  return { origin, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", cookie };
}

function post(path: string, body: string, headers: Record<string, string | null> = {}) {
  const all = { ...ours(), ...JSON_TYPE, ...headers };
  return ask(origin, { method: "POST", path, body, headers: all });
}

/** The attempt must be refused, say nothing, open no door, and leave no run behind. */
async function refused(name: string, sent: Sent): Promise<void> {
  const answer = await ask(origin, sent).catch((): Answered => NOTHING);
  const what = `${name}: ${sent.method ?? "GET"} ${sent.path} -> ${answer.status}`;
  assert.ok(answer.status === 0 || answer.status >= 400, what);
  for (const secret of [/"needs"/, /"labs"/, /"machine"/, /"kind":"/, /<html/, /root:/]) {
    assert.doesNotMatch(answer.body, secret, what);
  }
  const doors = Object.keys(answer.headers).filter((header) => /^access-control-/.test(header));
  assert.deepEqual([...doors, ...(answer.headers["set-cookie"] ?? [])], [], what);
  assert.equal(await openRuns(), 0, what);
}

const NOTHING: Answered = { status: 0, headers: {}, body: "" };

async function openRuns(): Promise<number> {
  const { body } = await ask(origin, { path: "/api/session", headers: ours() });
  return JSON.parse(body).open;
}

const READS = [
  "/api/session",
  `/api/lab?id=${LAB}`,
  "/api/progress",
  "/api/progress?export",
  "/api/next",
  "/api/runs/r1/events",
];
const ACTS: Record<string, string> = {
  "/api/runs": RUN,
  "/api/runs/r1/stop": "{}",
  "/api/runs/r1/faults": '{"service":"redis","fault":"kill"}',
  "/api/progress": JSON.stringify({ lab: LAB, mark: "read" }),
  "/api/practice": JSON.stringify({ lab: LAB }),
  "/api/session": '{"token":"AAAA"}',
};
const PAGES = ["/", "/labs/caching/", "/favicon.svg", "/pagefind/pagefind.js"];

test("the page itself is let in, so that the refusals below mean something", async () => {
  for (const path of [...READS, ...PAGES]) {
    const { status } = await ask(origin, { path, headers: ours() });
    assert.equal(status, 200, path);
  }
  const marked = await post("/api/progress", JSON.stringify({ lab: LAB, mark: "seen" }));
  assert.equal(marked.status, 200, marked.body);
});

const port = () => new URL(origin).port;
const HOSTS: Record<string, () => string | null> = {
  "a rebound name": () => `evil.example:${port()}`,
  "a rebound name without a port": () => "evil.example",
  localhost: () => `localhost:${port()}`,
  "a trailing dot": () => `127.0.0.1.:${port()}`,
  "a subdomain of localhost": () => `pareto.localhost:${port()}`,
  "the other loopback": () => `[::1]:${port()}`,
  "a short form": () => `127.1:${port()}`,
  "a decimal form": () => `2130706433:${port()}`,
  "any address": () => `0.0.0.0:${port()}`,
  "the next loopback address": () => `127.0.0.2:${port()}`,
  "no port": () => "127.0.0.1",
  "another port": () => "127.0.0.1:80",
  "credentials in front": () => `127.0.0.1:${port()}@evil.example`,
  "our host inside another": () => `127.0.0.1:${port()}.evil.example`,
  "no host": () => null,
};

for (const [name, host] of Object.entries(HOSTS)) {
  test(`the host is ours alone, on pages, reads, streams and acts: ${name}`, async () => {
    const headers = { ...ours(), host: host() };
    for (const path of [...READS, ...PAGES]) await refused(name, { path, headers });
    const acting = { ...headers, ...JSON_TYPE };
    for (const [path, body] of Object.entries(ACTS)) {
      await refused(name, { method: "POST", path, body, headers: acting });
    }
  });
}

const FOREIGN: Record<string, Record<string, string | null>> = {
  "a foreign origin": { origin: "http://evil.example", "sec-fetch-site": "cross-site" },
  "a null origin": { origin: "null", "sec-fetch-site": "cross-site" },
  "another port of this host": { origin: "http://127.0.0.1:1", "sec-fetch-site": "same-site" },
  "the name localhost": { origin: "http://localhost", "sec-fetch-site": "cross-site" },
  "an https origin": { origin: "https://127.0.0.1", "sec-fetch-site": "cross-site" },
  "a file": { origin: "file://", "sec-fetch-site": "cross-site" },
  "no origin, cross-site": { origin: null, "sec-fetch-site": "cross-site" },
  "no origin, same-site": { origin: null, "sec-fetch-site": "same-site" },
};

for (const [name, change] of Object.entries(FOREIGN)) {
  test(`a foreign page reads nothing and does nothing: ${name}`, async () => {
    for (const mode of ["cors", "no-cors", "same-origin"]) {
      const headers = { ...ours(), ...change, "sec-fetch-mode": mode };
      for (const path of [...READS, ...PAGES]) await refused(name, { path, headers });
      for (const [path, body] of Object.entries(ACTS)) {
        const acting = { ...headers, ...JSON_TYPE };
        await refused(name, { method: "POST", path, body, headers: acting });
      }
    }
  });
}

test("nothing acts without an origin, or without the browser's word that it is ours", async () => {
  for (const [path, body] of Object.entries(ACTS)) {
    for (const missing of ["origin", "sec-fetch-site"]) {
      const headers = { ...ours(), ...JSON_TYPE, [missing]: null };
      await refused("half a proof", { method: "POST", path, body, headers });
    }
    const navigated = { ...ours(), ...JSON_TYPE, "sec-fetch-site": "none" };
    await refused("typed address", { method: "POST", path, body, headers: navigated });
  }
});

test("forms, images, scripts, frames and workers of a foreign page get nothing", async () => {
  const types = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
  for (const type of types) {
    for (const [path, body] of Object.entries(ACTS)) {
      const form = { ...ours(), "content-type": type };
      await refused("our own form", { method: "POST", path, body, headers: form });
      const foreign = { origin: "http://evil.example", "sec-fetch-site": "cross-site" };
      const headers = { ...form, ...foreign, "sec-fetch-mode": "navigate" };
      await refused("a foreign form", { method: "POST", path, body, headers });
    }
  }
  for (const destination of ["image", "script", "style", "iframe", "frame", "object", "worker"]) {
    const mode = /frame|object/.test(destination) ? "navigate" : "no-cors";
    const headers = {
      ...{ origin: null, cookie, "sec-fetch-site": "cross-site" },
      ...{ "sec-fetch-mode": mode, "sec-fetch-dest": destination },
    };
    for (const path of [...READS, ...PAGES]) await refused(destination, { path, headers });
  }
});

test("without the cookie of this start the api says nothing, whatever the cookie is", async () => {
  const name = cookie.split("=")[0];
  const others = ["", `${name}=`, `${name}=undefined`, `${name}=${"A".repeat(43)}`, "session=1"];
  for (const other of others) {
    const headers = { ...ours(), cookie: other };
    for (const path of READS) await refused(`cookie ${other}`, { path, headers });
    for (const [path, body] of Object.entries(ACTS)) {
      const acting = { ...headers, ...JSON_TYPE };
      await refused(`cookie ${other}`, { method: "POST", path, body, headers: acting });
    }
  }
});

test("a token is neither guessed nor used twice, and no answer tells it", async () => {
  const token = open.studio.link.split("=")[1];
  const guesses = [token, "", "a", `${token}a`, null, 1, true, [], {}, "A".repeat(100_000)];
  for (const guess of guesses) {
    const body = JSON.stringify({ token: guess });
    const headers = { ...ours(), ...JSON_TYPE, cookie: null };
    await refused("token", { method: "POST", path: "/api/session", body, headers });
  }
  for (const path of [...READS, ...PAGES]) {
    const { body } = await ask(origin, { path, headers: ours() });
    assert.ok(!body.includes(`${token}`) && !body.includes(cookie.split("=")[1] ?? cookie), path);
  }
});

test("a path leads to a file of the site or nowhere", async () => {
  const paths = [
    ...["/../package.json", "/..%2fpackage.json", "/%2e%2e/package.json", "/..%5cpackage.json"],
    ...["/labs/../../package.json", "/_astro/../../package.json", "//etc/passwd", "/etc/passwd"],
    ...["/%00", "/index.html%00.js", "/file:///etc/passwd", "/@fs/etc/passwd", "/.git/config"],
    ...["/src/pages/index.astro", "/../../../../../../etc/passwd", "/%2e%2e%2f%2e%2e%2fetc/passwd"],
    ...["/proc/self/environ", "/~root", "/\\..\\package.json", "/api/../../package.json"],
  ];
  for (const path of paths) {
    const { status, body } = await ask(origin, { path, headers: ours() }).catch(() => NOTHING);
    assert.ok(status === 0 || status >= 400, `${path} -> ${status}`);
    assert.doesNotMatch(body, /root:|"pareto"|\[core\]|PATH=/, path);
  }
});

test("a lab is one of the catalog's, never a path, and a knob is one of its own", async () => {
  const labs = [
    "../../etc",
    "/etc/passwd",
    `${LAB}/lab.ts`,
    `./${LAB}`,
    "__proto__",
    "",
    "caching",
  ];
  for (const lab of labs) {
    const path = `/api/lab?id=${encodeURIComponent(lab)}`;
    await refused(lab, { path, headers: ours() });
    const acting = { ...ours(), ...JSON_TYPE };
    const body = JSON.stringify({ lab });
    await refused(lab, { method: "POST", path: "/api/runs", body, headers: acting });
  }
  const bodies = [
    ...[{ knobs: { nothing: 1 } }, { knobs: { clients: "1; rm -rf /" } }, { knobs: [1] }],
    ...[{ knobs: { __proto__x: 1 } }, { without: -1 }, { without: 99 }, { without: "24" }],
    ...[{ file: "/etc/passwd" }, { arms: ["naive"] }, { yours: "/etc/passwd" }, { yours: true }],
    ...[{ guess: { "No addition is lost": { naive: "perhaps" } } }, { rounds: 1_000_000 }],
  ];
  for (const more of bodies) {
    const body = JSON.stringify({ lab: LAB, ...more });
    const headers = { ...ours(), ...JSON_TYPE };
    await refused(body, { method: "POST", path: "/api/runs", body, headers });
  }
  for (const body of ["", "{", "null", "[]", '"run"', `{"lab":"${"a".repeat(100_000)}"}`]) {
    const headers = { ...ours(), ...JSON_TYPE };
    await refused("malformed", { method: "POST", path: "/api/runs", body, headers });
  }
});

test("a fault is a word from a short list, for a run that is there", async () => {
  const bodies = [
    '{"service":"redis","fault":"rm"}',
    '{"fault":"kill"}',
    '{"service":"","fault":"kill"}',
  ];
  for (const body of [...bodies, ACTS["/api/runs/r1/faults"]]) {
    const headers = { ...ours(), ...JSON_TYPE };
    await refused("fault", { method: "POST", path: "/api/runs/r99/faults", body, headers });
  }
});

test("other methods, upgrades and odd request lines get nothing", async () => {
  for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"]) {
    for (const path of ["/", "/api/runs", "/api/progress"]) {
      await refused(method, { method, path, headers: ours() });
    }
  }
  const preflight = {
    ...{ origin: "http://evil.example", "sec-fetch-site": "cross-site" },
    ...{ "access-control-request-method": "POST" },
    "access-control-request-headers": "content-type",
    "access-control-request-private-network": "true",
  };
  await refused("preflight", { method: "OPTIONS", path: "/api/runs", headers: preflight });
  const evil = `http://evil.example/api/progress`;
  await refused("absolute address", { path: evil, headers: { ...ours(), host: "evil.example" } });
  const upgrade = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
  await refused("websocket", { path: "/api/none", headers: { ...ours(), ...upgrade } });
});

test("every answer forbids framing, sniffing and embedding", async () => {
  for (const path of [...READS, ...PAGES, "/none", "/api/none"]) {
    const { headers } = await ask(origin, { path, headers: ours() });
    assert.equal(headers["x-frame-options"], "DENY", path);
    assert.equal(headers["x-content-type-options"], "nosniff", path);
    assert.equal(headers["cross-origin-resource-policy"], "same-origin", path);
    assert.equal(headers["access-control-allow-origin"], undefined, path);
  }
  const { headers } = await ask(origin, { path: "/", headers: ours() });
  assert.match(`${headers["content-security-policy"]}`, /frame-ancestors 'none'/);
  const answer = await ask(origin, { path: "/", headers: { ...ours(), host: "evil.example" } });
  assert.equal(answer.headers["x-frame-options"], "DENY");
});
