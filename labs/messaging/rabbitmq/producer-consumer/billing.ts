// Billing, in a process of its own that can be killed. It takes orders over HTTP and from the queue
// and notes what it has billed, and the most orders that it ever had in hand.

import { createServer } from "node:http";
import { connect } from "amqplib";
import { gate } from "#kit/gate";

const { HOST, PORT, AMQP = "", QUEUE = "", PREFETCH = "0" } = process.env; // 0 is no limit

const billed: string[] = [];
let inHand = 0;
let mostInHand = 0;
let pace = gate();
pace.open();

/** Bills an order; while billing is held up, orders stay in its hands. */
async function bill(order: string): Promise<string> {
  inHand += 1;
  mostInHand = Math.max(mostInHand, inHand);
  await pace.pass();
  inHand -= 1;
  billed.push(order);
  return `bill of order ${order}`;
}

const connection = await connect(AMQP, { noDelay: true });
const channel = await connection.createChannel();
await channel.prefetch(Number(PREFETCH));
await channel.consume(QUEUE, async (message) => {
  if (!message) return;
  const text = await bill(message.content.toString());
  const { replyTo, correlationId } = message.properties;
  if (replyTo) channel.sendToQueue(replyTo, Buffer.from(text), { correlationId });
  channel.ack(message);
});

createServer(async ({ url = "" }, response) => {
  const [, what, order = ""] = url.split("/");
  if (what === "hold") pace = gate();
  if (what === "release") pace.open();
  if (what === "bill") response.end(await bill(order));
  else response.end(JSON.stringify({ billed, inHand, mostInHand }));
}).listen(Number(PORT), HOST);
