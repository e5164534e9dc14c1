// Images under official names for a machine that can pull none: Debian's own packages in a base that
// debootstrap makes. They show that what we start is right, and nothing of the official images.

import { execFile } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { which } from "../../runner/find.ts";
import { docker } from "./docker.ts";

const BASE = "pareto-stand-in:bookworm";

/** Certificates that this machine trusts beside the usual ones. */
const OWN_CERTIFICATES = "/usr/local/share/ca-certificates";

/** How each image is made from the base, in the words of a Dockerfile. */
const RECIPES: readonly (readonly [image: RegExp, recipe: string])[] = [
  [/^redis:/, "RUN apt-get update && apt-get install -y --no-install-recommends redis-server"],
  [
    /^postgres:/,
    `RUN apt-get update && apt-get install -y --no-install-recommends postgresql
ENV PATH=/usr/lib/postgresql/15/bin:$PATH`,
  ],
  [
    /^node:/,
    `COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm`,
  ],
];

/** Makes the images that the engine does not have; disposing of them takes them away again. */
export async function standIns(images: readonly string[]): Promise<AsyncDisposable> {
  await using made = new AsyncDisposableStack();
  const absent: string[] = [];
  for (const image of images) if (!(await has(image))) absent.push(image);
  if (absent.length > 0) await makeBase(made);
  for (const image of absent) {
    await make(image);
    made.defer(() => docker("image", "rm", "--force", image).then(() => {}));
  }
  return made.move();
}

async function has(image: string): Promise<boolean> {
  return docker("image", "inspect", image).then(
    () => true,
    () => false,
  );
}

async function makeBase(made: AsyncDisposableStack): Promise<void> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "pareto-base-"));
  const [root, archive] = [join(folder.path, "root"), join(folder.path, "root.tar")];
  const run = promisify(execFile);
  const include = "--include=ca-certificates";
  await run("debootstrap", ["--variant=minbase", include, "bookworm", root], {
    maxBuffer: 2 ** 30,
  });
  await run("tar", ["-C", root, "-cf", archive, "."]);
  await docker("import", archive, BASE);
  made.defer(() => docker("image", "rm", "--force", BASE).then(() => {}));
}

async function make(image: string): Promise<void> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "pareto-image-"));
  const recipe = RECIPES.find(([name]) => name.test(image))?.[1];
  if (!recipe) throw new Error(`there is no stand-in for ${image}`);
  fill(folder.path, recipe);
  await docker("build", "--network", "host", "--tag", image, folder.path);
}

/** Writes what an image is built from. */
function fill(folder: string, recipe: string): void {
  const trusted = join(folder, "certificates");
  if (existsSync(OWN_CERTIFICATES)) cpSync(OWN_CERTIFICATES, trusted, { recursive: true });
  else mkdirSync(trusted);
  if (recipe.includes("COPY node")) {
    copyFileSync(realpathSync(process.execPath), join(folder, "node"));
    const npm = realpathSync(which("npm") ?? ""); // npm/bin/npm-cli.js
    cpSync(dirname(dirname(npm)), join(folder, "npm"), { recursive: true });
  }
  const trust = [
    `FROM ${BASE}`,
    `COPY certificates ${OWN_CERTIFICATES}`,
    "RUN update-ca-certificates",
    "ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt",
  ];
  writeFileSync(join(folder, "Dockerfile"), `${[...trust, recipe].join("\n")}\n`);
}
