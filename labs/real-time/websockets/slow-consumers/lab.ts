// A server tells all of its clients the same, and one of them, a phone in a lift, does not read. The
// kernel keeps some of what it should have got and then takes no more, and send() says nothing of
// that: the rest waits in the server's own memory. To keep it bounded the server has to hold up
// everybody, leave something out, or let that client go.

import { once } from "node:events";
import { WebSocket } from "ws";
import { lab, until } from "#kit";
import { webSockets } from "#patterns/web-sockets";
import { type Client, connect } from "./client.ts";

/** Sends a message to one client. The next message goes out when what it returns is settled. */
type Send = (client: WebSocket, message: Buffer) => Promise<void> | undefined;

/** Makes the way in which a server sends that wants to keep no more than `limit` bytes for a client. */
type Policy = (limit: number) => Send;

const queueAll: Policy = () => (client, message) => {
  client.send(message);
  return undefined;
};

const waitForAll: Policy = (limit) => (client, message) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  client.send(message, () => resolve()); // once the kernel has taken it
  return client.bufferedAmount > limit ? promise : undefined;
};

const skipWhenBehind: Policy = (limit) => {
  const newest = new WeakMap<WebSocket, Buffer>();
  const send: Send = (client, message) => {
    newest.set(client, message);
    if (client.bufferedAmount > limit) return; // matters: The memory of the server stays bounded
    newest.delete(client);
    client.send(message, () => {
      const skipped = newest.get(client);
      if (skipped) send(client, skipped);
    });
  };
  return send;
};

const dropClient: Policy = (limit) => (client, message) => {
  if (client.bufferedAmount > limit) client.close(1013, "too slow");
  else client.send(message);
  return undefined;
};

export default lab({
  title: "The one client that reads too slowly",
  question:
    "One phone in a lift does not read: what happens to the memory of the server and to everybody else?",
  services: {},
  knobs: {
    clients: { value: 10, from: 2, to: 50 },
    messages: { value: 400, from: 300, to: 1000 },
    bytes: { value: 32_000, from: 32_000, to: 64_000 },
    limitBytes: { value: 1_000_000, from: 100_000, to: 1_000_000 },
  },
  arms: {
    "queue-all": queueAll,
    "wait-for-all": waitForAll,
    "skip-when-behind": skipWhenBehind,
    "drop-client": dropClient,
  },

  async trial(policy, { knobs }) {
    await using open = await webSockets();
    const clients = await Promise.all(
      Array.from({ length: knobs.clients }, () => connect(open.url)),
    );
    const [slow, ...others] = clients as [Client, ...Client[]];
    slow.socket.pause();

    const send = policy(knobs.limitBytes);
    const firstWait = Promise.withResolvers<void>();
    let waits = 0;
    let mostWaiting = 0;
    const broadcast = async () => {
      for (let number = 1; number <= knobs.messages; number++) {
        const message = Buffer.alloc(knobs.bytes);
        message.writeUInt32BE(number);
        for (const client of open.server.clients) {
          if (client.readyState !== WebSocket.OPEN) continue;
          const taken = send(client, message);
          mostWaiting = Math.max(mostWaiting, client.bufferedAmount);
          if (!taken) continue;
          waits += 1;
          firstWait.resolve();
          await taken;
        }
        // The others read all the time, so whoever is behind is so because it does not read.
        for (const other of others) while (other.last < number) await once(other.socket, "message");
      }
    };

    const sending = broadcast();
    await Promise.race([sending, firstWait.promise]);
    slow.socket.resume();
    await sending;
    const sockets = [...open.server.clients];
    await until("the last bytes", () =>
      sockets.every(({ bufferedAmount }) => bufferedAmount === 0),
    );
    for (const client of sockets) client.close(1000);
    const codes = await Promise.all(clients.map(async ({ closed }) => (await closed)[0] as number));
    return {
      limit: knobs.limitBytes,
      mostWaiting,
      waits,
      missed: knobs.messages - slow.received,
      missedByOthers: Math.max(...others.map(({ received }) => knobs.messages - received)),
      hasNewest: slow.last === knobs.messages,
      thrownOut: codes.filter((code) => code === 1013).length,
    };
  },

  claims: {
    "The memory of the server stays bounded": {
      holds: ({ mostWaiting, limit }) => mostWaiting <= 2 * limit,
      brokenBy: ["queue-all"],
    },
    "Nobody waits for the slow client": {
      holds: ({ waits }) => waits === 0,
      brokenBy: ["wait-for-all"],
    },
    "Everybody gets every message": {
      holds: ({ missed, missedByOthers }) => missed + missedByOthers === 0,
      brokenBy: ["skip-when-behind", "drop-client"],
    },
    "The slow client ends with the newest message": {
      holds: ({ hasNewest }) => hasNewest,
      brokenBy: ["drop-client"],
    },
    "Nobody is thrown out": {
      holds: ({ thrownOut }) => thrownOut === 0,
      brokenBy: ["drop-client"],
    },
  },

  measures: {
    "most bytes waiting": { unit: "bytes", of: ({ mostWaiting }) => mostWaiting },
    "messages missed by the slow client": ({ missed }) => missed,
    "clients closed": ({ thrownOut }) => thrownOut,
    "times that all waited for one": ({ waits }) => waits,
  },
});
