// Docker, spoken to through its socket: as much of the Engine API as breaking a container takes.
// https://docs.docker.com/reference/api/engine/

import { type IncomingMessage, request } from "node:http";

/** Where Docker's own clients look for the engine, and where compose puts it in the lab's container. */
const SOCKET = "/var/run/docker.sock";

/** What a command in a container has printed, and how it ended. */
export interface Executed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a container; one that runs already is left as it is. */
export async function startContainer(container: string): Promise<void> {
  await post(`/containers/${container}/start`);
}

/** Resolves with the exit code once the container does not run. */
export async function ended(container: string): Promise<number> {
  return JSON.parse((await post(`/containers/${container}/wait`)).toString()).StatusCode;
}

/** Signals a container's first process. Rejects when it does not run. */
export async function signalContainer(container: string, signal: string): Promise<void> {
  await post(`/containers/${container}/kill?signal=${signal}`);
}

/** Freezes every process of a container. */
export async function pauseContainer(container: string): Promise<void> {
  await post(`/containers/${container}/pause`);
}

export async function resumeContainer(container: string): Promise<void> {
  await post(`/containers/${container}/unpause`);
}

/** What a container has printed last, at most so many lines. */
export async function lastLines(container: string, lines: number): Promise<string> {
  const path = `/containers/${container}/logs?stdout=1&stderr=1&tail=${lines}`;
  return streamsIn(await ask("GET", path)).all;
}

/** Runs a command in a container that runs, and resolves when it has ended. */
export async function execute(
  container: string,
  command: readonly string[],
  folder: string,
  user: string,
): Promise<Executed> {
  const streams = { AttachStdout: true, AttachStderr: true };
  const order = { ...streams, Cmd: command, WorkingDir: folder, User: user };
  const { Id } = JSON.parse((await post(`/containers/${container}/exec`, order)).toString());
  const { stdout, stderr } = streamsIn(await post(`/exec/${Id}/start`, {}));
  const { ExitCode } = JSON.parse((await ask("GET", `/exec/${Id}/json`)).toString());
  return { exitCode: ExitCode, stdout, stderr };
}

function post(path: string, body?: object): Promise<Buffer> {
  return ask("POST", path, body);
}

/** Rejects with the engine's own words unless the status is 2xx, or 304: it is so already. */
function ask(method: string, path: string, body?: object): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const options = { socketPath: SOCKET, method, path, headers, agent: false };
    const asking = request(options, (answer) => {
      readAll(answer).then((bytes) => {
        const { statusCode = 0 } = answer;
        if (statusCode < 300 || statusCode === 304) resolve(bytes);
        else reject(new Error(`Docker: ${JSON.parse(bytes.toString()).message}`));
      }, reject);
    });
    asking.once("error", reject);
    asking.end(body && JSON.stringify(body));
  });
}

async function readAll(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * What a container printed, in frames: a byte for the stream (1 is stdout), three that are empty,
 * four with the length, and as many of text.
 */
function streamsIn(bytes: Buffer): { stdout: string; stderr: string; all: string } {
  const texts = { stdout: "", stderr: "", all: "" };
  for (let at = 0; at < bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at + 4);
    const text = bytes.toString("utf8", at + 8, end);
    texts[bytes[at] === 1 ? "stdout" : "stderr"] += text;
    texts.all += text;
    at = end;
  }
  return texts;
}
