// A service that writes one line to its log for each GET. POST closes the log, and then tells what
// became of the lines.

import { createServer } from "node:http";
import { pino } from "pino";

const { HOST, PORT, PIPE, DESTINATION = "{}", LINE_BYTES } = process.env;

const seen = { lines: 0, dropped: 0, peakBytes: 0 };
let waiting = 0;

const destination = pino.destination({ dest: PIPE, ...JSON.parse(DESTINATION) });
destination.on("write", (bytes: number) => {
  waiting -= bytes;
});
destination.on("drop", (line: string) => {
  waiting -= line.length;
  seen.dropped += 1;
});
const streamWrite = (line: string) => {
  waiting += line.length;
  return line;
};
const log = pino({ hooks: { streamWrite } }, destination);
const text = "x".repeat(Number(LINE_BYTES));

createServer(({ method }, response) => {
  if (method === "POST") {
    destination.once("close", () => response.end(JSON.stringify(seen)));
    destination.end();
    return;
  }
  seen.lines += 1;
  log.info(text);
  seen.peakBytes = Math.max(seen.peakBytes, waiting);
  response.end();
}).listen(Number(PORT), HOST);
