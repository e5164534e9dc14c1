// A member of the group, in a process of its own that can be killed. GET / is answered with the
// number of partitions that it owns.

import { createServer } from "node:http";
import { Consumer } from "@platformatic/kafka";

const { HOST, PORT, BROKER = "", GROUP = "", TOPIC = "", OPTIONS = "{}" } = process.env;

const consumer = new Consumer({
  clientId: "member",
  bootstrapBrokers: [BROKER],
  groupId: GROUP,
  ...JSON.parse(OPTIONS),
});
(await consumer.consume({ topics: [TOPIC] })).resume();

createServer((_, response) => {
  response.end(String(consumer.assignments?.[0]?.partitions.length));
}).listen(Number(PORT), HOST);
