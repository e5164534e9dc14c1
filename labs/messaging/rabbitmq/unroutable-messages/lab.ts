// A publisher waits for the broker's confirm and believes that its message is in a queue. But a
// confirm only says that the broker has done its part, and where no queue is bound to the routing
// key, its part is to drop the message. It says so to a publisher who has asked (mandatory), or puts
// the message where somebody may find it (an alternate exchange).

import type { Options } from "amqplib";
import { lab } from "#kit";
import { rabbitmq } from "#services/rabbitmq";

const EXCHANGE = "orders";
const QUEUE = "orders-paid";
const LOST_AND_FOUND = "orders-unrouted";

type Care = { exchange: Options.AssertExchange; message: Options.Publish };

const confirmOnly: Care = { exchange: {}, message: {} };

const mandatory: Care = {
  exchange: {},
  message: {
    mandatory: true, // matters: The publisher hears that nobody took it
  },
};

const alternateExchange: Care = {
  exchange: {
    alternateExchange: LOST_AND_FOUND, // matters: A message that was confirmed is in some queue
  },
  message: {},
};

export default lab({
  title: "Unroutable messages: a confirm is not a delivery",
  question: "What becomes of a message for which no queue is bound?",
  services: { rabbitmq },
  knobs: { spelt: 20, misspelt: 20 },
  arms: { confirm: confirmOnly, mandatory, "alternate-exchange": alternateExchange },

  async trial({ exchange, message }, { rabbitmq, knobs: { spelt, misspelt } }) {
    await using channel = await rabbitmq.confirmChannel();
    await channel.assertExchange(LOST_AND_FOUND, "fanout");
    await channel.assertQueue(LOST_AND_FOUND);
    await channel.bindQueue(LOST_AND_FOUND, LOST_AND_FOUND, "");
    await channel.assertExchange(EXCHANGE, "direct", exchange);
    await channel.assertQueue(QUEUE);
    await channel.bindQueue(QUEUE, EXCHANGE, "order.paid");

    let returned = 0;
    channel.on("return", () => {
      returned += 1; // comes before the confirm of the same message
    });
    let confirmed = 0;
    const publish = (key: string) =>
      channel.publish(EXCHANGE, key, Buffer.from("{}"), message, (refused) => {
        if (!refused) confirmed += 1;
      });
    for (let count = 0; count < spelt; count++) publish("order.paid");
    for (let count = 0; count < misspelt; count++) publish("order.payed");
    await channel.waitForConfirms();

    const kept = (await channel.checkQueue(QUEUE)).messageCount;
    const unread = (await channel.checkQueue(LOST_AND_FOUND)).messageCount;
    return { confirmed, returned, misspelt, unread, nowhere: confirmed - kept - unread };
  },

  claims: {
    "A message that was confirmed is in some queue": {
      holds: (found) => found.nowhere === 0,
      brokenBy: ["confirm", "mandatory"],
    },
    "The publisher hears that nobody took it": {
      holds: (found) => found.returned === found.misspelt,
      brokenBy: ["confirm", "alternate-exchange"],
    },
    "No queue fills up with messages that nobody reads": {
      holds: (found) => found.unread === 0,
      brokenBy: ["alternate-exchange"],
    },
  },

  measures: {
    "messages confirmed": (found) => found.confirmed,
    "messages returned": (found) => found.returned,
    "messages in no queue": (found) => found.nowhere,
  },
});
