import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { pathToFileURL } from "node:url";
import { parseDocument } from "yaml";
import { openCatalog } from "../catalog/catalog.ts";
import { ROOT } from "../cli/root.ts";
import { describe } from "../runner/describe.ts";
import { pareto } from "../test/command.ts";
import { composeFile, composeOf, nodeImage } from "./compose.ts";
import { formsOf } from "./forms.ts";
import { type Composed, layoutOf } from "./layout.ts";
import { refusalOf } from "./refusal.ts";

/** What the tests look at in a service of a compose file. */
interface Entry {
  readonly image: string;
  readonly ports?: unknown;
  readonly expose?: unknown;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly volumes?: readonly string[];
  readonly network_mode?: string;
}

async function labOf({ id, file }: { id: string; file: string }): Promise<Composed> {
  const { services } = describe((await import(pathToFileURL(file).href)).default);
  return { id, services };
}

/** The services of a compose file, in the YAML that compose reads. */
function entriesOf(text: string): Record<string, Entry> {
  const document = parseDocument(text, { version: "1.1" });
  assert.deepEqual(document.errors, []);
  return document.toJS().services;
}

const labs = await Promise.all(openCatalog(ROOT).labs.map(labOf));
const all = await Promise.all(labs.map(async (lab) => ({ lab, forms: await formsOf(lab) })));
const composed = all.filter(({ lab, forms }) => !refusalOf(lab, forms));

suite("every lab that compose can run", () => {
  for (const { lab, forms } of composed) {
    test(lab.id, () => {
      const text = composeFile(lab, forms, "/clone");
      const entries = entriesOf(text);
      const servers = layoutOf(lab, forms);
      for (const { nodes, form } of servers) {
        for (const { name } of nodes) {
          const entry = entries[name];
          assert.equal(entry?.image, form.image);
          const excused = new RegExp(`# Without a health check: .+\n  ${name}:`);
          assert.ok(entry.healthcheck || excused.test(text), `${name} has no health check`);
        }
      }
      const breakable = servers.some(({ shared }) => !shared);
      const holdsDocker = entries.lab?.volumes?.some((one) => one.includes("docker.sock"));
      assert.equal(
        holdsDocker,
        breakable,
        "only a lab with servers of its own gets hold of Docker",
      );
      for (const { image, ports, expose } of Object.values(entries)) {
        assert.match(image, /:v?\d[\w.-]*$/, "a pinned tag");
        assert.deepEqual([ports, expose], [undefined, undefined]);
      }
    });
  }
});

test("every node of a lab has a container, a port and a folder of its own", () => {
  for (const { lab, forms } of composed) {
    const nodes = layoutOf(lab, forms).flatMap((server) => server.nodes);
    const ports = nodes.flatMap(({ place }) => [place.port, ...Object.values(place.ports)]);
    const names = nodes.flatMap(({ name, container, place }) => [name, container, place.folder]);
    assert.equal(new Set(ports).size, ports.length, lab.id);
    assert.equal(new Set(names).size, names.length, lab.id);
  }
});

test("a server's node that has no other beside it listens on the port of its image", () => {
  const lab = all.find(({ lab }) => lab.id.endsWith("/optimistic-locking"))!;
  const [server] = layoutOf(lab.lab, lab.forms);
  assert.equal(server?.nodes[0]?.place.port, 6379);
});

test("the text for a page speaks of the folder in which compose is called", async () => {
  const { lab } = composed[0]!;
  const entries = entriesOf((await composeOf(lab)) ?? "");
  assert.equal(entries.lab?.volumes?.[0], ".:/pareto:ro");
});

test("what compose cannot run is refused with a sentence and exit code 2", async () => {
  const refused = await pareto(["compose", "connection-pooling"]);
  assert.equal(refused.code, 2);
  assert.equal(refused.out, "");
  assert.match(
    refused.err,
    /cannot run its server "pgbouncer": nobody publishes an official image/,
  );
  const { lab } = all.find(({ lab }) => lab.id.endsWith("/connection-pooling"))!;
  assert.equal(await composeOf(lab), undefined);
});

test("the Node of the image and of compose is the one that the project brings", () => {
  const dockerfile = readFileSync(new URL("../Dockerfile", import.meta.url), "utf8");
  assert.match(dockerfile, new RegExp(`^FROM ${nodeImage()}$`, "m"));
});
