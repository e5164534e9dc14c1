// Celery. The lab brings a Python module of tasks and starts workers for them in each trial, when
// it knows the address of the broker; the runner stops them.
//
//   services: { rabbitmq, workers: celery.with({ tasks: import.meta.resolve("./tasks.py") }) }
//   await workers.start({ BROKER: rabbitmq.url });

import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, extname } from "node:path";
import { type Command, type Found, numbered, type Place, service } from "#kit";
import { openProcesses, type ProcessesFace, pathOf } from "./processes.ts";
import { accepts } from "./tcp.ts";

/** What a lab does with its workers: those of tasks.py are named "tasks-1" and so on. */
export type CeleryFace = Omit<ProcessesFace, "urls">;

interface Options {
  /** The Python module with the application and its tasks, as import.meta.resolve gives it. */
  readonly tasks: string;
  readonly count: number;
  /** How many pool processes a worker has. */
  readonly concurrency: number;
}

export const celery = service<Options, CeleryFace>({
  name: "celery",
  image: "python:3.14.0-slim",
  port: 8080,
  program: "celery",
  packages: { apt: "celery", dnf: "python3-celery", brew: "celery" },
  version: { args: ["--version"], pattern: /^(\d+\.\d+\.\d+) \(/m, atLeast: "5.2.0" },
  embedded: debianCelery,
  options: { tasks: "", count: 1, concurrency: 1 },
  onDemand: true,
  nodes: ({ tasks, count }) => numbered(nameOf(tasks), count),
  command,
  ready: accepts,
  startSeconds: 30,
  open: openProcesses,
});

/**
 * The Celery of Debian, whose script runs with whatever python3 comes first on PATH. That may be
 * one which knows nothing of it, so its version is read from a folder's name.
 */
async function debianCelery(): Promise<Found | undefined> {
  const [program, packages] = ["/usr/bin/celery", "/usr/lib/python3/dist-packages"];
  if (!existsSync(program)) return undefined;
  const names = readdirSync(packages).map((name) =>
    /^celery-([\d.]+)\.(egg|dist)-info$/.exec(name),
  );
  const version = names.find((found) => found !== null)?.[1];
  return version ? { program, version, from: "PATH" } : undefined;
}

function nameOf(tasks: string): string {
  return basename(tasks, extname(tasks));
}

function command({ node, bind, port, folder, options }: Place<Options>): Command {
  const name = nameOf(options.tasks);
  const flags = ["--without-gossip", "--without-mingle", "--include", "ready"];
  return {
    args: [
      ...["--app", name, "worker", "--hostname", `${node}@localhost`],
      ...["--concurrency", String(options.concurrency), ...flags],
    ],
    env: {
      ...{ HOST: bind, PORT: String(port), NAME: node, PYTHONDONTWRITEBYTECODE: "1" },
      PATH: `/usr/bin:${process.env.PATH}`,
      PYTHONPATH: `${folder}:${dirname(pathOf(options.tasks))}`,
      C_FORCE_ROOT: "1", // what the messages hold is the lab's own
    },
    files: { "ready.py": LISTEN_WHEN_READY },
  };
}

/** A worker has no port of its own, so it opens one when it takes tasks. */
const LISTEN_WHEN_READY = `import os
import socket
from celery.signals import worker_ready

@worker_ready.connect
def listen(**_):
    global ready
    ready = socket.create_server((os.environ["HOST"], int(os.environ["PORT"])))
`;
