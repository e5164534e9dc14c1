// A log collector: it makes a pipe, reads it until the writer closes it, and counts lines. GET /pipe
// tells the path of the pipe, and GET /lines how many lines came, once the pipe was closed.

import { execFileSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { resolve } from "node:path";

const { HOST, PORT } = process.env;
const pipe = resolve("log.pipe");
execFileSync("mkfifo", [pipe]);

async function countLines(): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(pipe, "utf8")) lines += chunk.split("\n").length - 1;
  return lines;
}

const counted = countLines();

createServer(async ({ url }, response) => {
  response.end(url === "/pipe" ? pipe : String(await counted));
}).listen(Number(PORT), HOST);
