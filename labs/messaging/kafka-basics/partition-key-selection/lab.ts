// Kafka keeps order within a partition and nowhere else, and the key of a message decides which
// partition it goes to. So a key says two things at once: what is handled in order, and what can
// never be shared by two consumers. Too fine a key tears apart what belongs together; too coarse a
// key puts the best customer, with all that the others wait for, into one partition.

import { gate, lab, until } from "#kit";
import { kafka } from "#services/kafka";

const STEPS = ["placed", "paid", "shipped"];
const HOME = "FR";
const BUSIEST = "customer-0";

/** What has happened to an order. */
type Event = { order: string; customer: string; country: string; step: string };
type Key = (event: Event) => string | undefined;

const noKey: Key = () => undefined; // the client deals the messages out to the partitions in turn
const country: Key = (event) => event.country;
const customer: Key = (event) => event.customer;
const order: Key = (event) => event.order;

const messageOf = (topic: string, event: Event, keyOf: Key) => ({
  topic,
  key: keyOf(event), // matters: Each order is handled in order; A customer keeps to one partition
  value: JSON.stringify(event),
});

/** Of five orders two are the busiest customer's, and one more comes from the home market. */
function eventsOf(orders: number, customers: number): Event[] {
  return Array.from({ length: orders }, (_, index) => {
    const busiest = index % 5 < 2;
    const number = 1 + (index % (customers - 1));
    const country = index % 5 < 3 ? HOME : `country-${number % 30}`;
    const customer = busiest ? BUSIEST : `${country}-${number}`;
    return STEPS.map((step) => ({ order: `order-${index}`, customer, country, step }));
  }).flat();
}

/** How many different values something has. */
const distinct = <Value>(values: Iterable<Value>) => new Set(values).size;

export default lab({
  title: "Choosing the partition key",
  question: "Which key keeps events in order without putting half the traffic into one partition?",
  services: { kafka },
  knobs: { orders: 500, partitions: { value: 6, from: 2, to: 24 }, customers: 200 },
  arms: { "no-key": noKey, country, customer, order },

  async trial(keyOf, { kafka, knobs: { orders, partitions, customers } }) {
    const topic = await kafka.topic("orders", { partitions });
    const group = { groupId: "shipping", heartbeatInterval: 50, maxWaitTime: 50 };
    const members = [await kafka.consumer(group), await kafka.consumer(group)] as const;
    const streams = await Promise.all(
      members.map((member) => member.consume({ topics: [topic], mode: "earliest" })),
    );
    const share = (member: number) => members[member]?.assignments?.[0]?.partitions ?? [];
    await until("both to have their share", () => {
      return share(0).length > 0 && share(0).length + share(1).length === partitions;
    });

    const producer = await kafka.producer();
    const events = eventsOf(orders, customers);
    await producer.send({ messages: events.map((event) => messageOf(topic, event, keyOf)) });
    const sent = await members[0].listOffsets({ topics: [topic] });
    const counts = (sent.get(topic) ?? []).map(Number);

    const handled: (Event & { partition: number })[] = [];
    const held = gate(); // for the second, until the first has handled all that it can
    for (const [member, stream] of streams.entries()) {
      stream.on("data", async ({ value, partition }) => {
        if (member === 1) await held.pass();
        handled.push({ ...JSON.parse(value), partition });
      });
    }
    const first = share(0).reduce((total, partition) => total + (counts[partition] ?? 0), 0);
    await until("the first to have handled its share", () => handled.length === first);
    held.open();
    await until("the second too", () => handled.length === events.length);
    for (const stream of streams) await stream.close();

    const ofOrder = Map.groupBy(handled, (event) => event.order);
    const partitionsOf = (part: typeof handled) => distinct(part.map(({ partition }) => partition));
    const byCustomer = [...Map.groupBy(handled, (event) => event.customer).values()];
    return {
      outOfOrder: [...ofOrder.values()].filter(
        (events) => String(events.map(({ step }) => step)) !== String(STEPS),
      ).length,
      mostPartitionsOfACustomer: Math.max(...byCustomer.map(partitionsOf)),
      partitions,
      ofHome: partitionsOf(handled.filter((event) => event.country === HOME)),
      ofBusiest: partitionsOf(handled.filter((event) => event.customer === BUSIEST)),
      fullest: Math.max(...counts) / events.length,
    };
  },

  claims: {
    "Each order is handled in order": {
      holds: (found) => found.outOfOrder === 0,
      brokenBy: ["no-key"],
    },
    "A customer keeps to one partition": {
      holds: (found) => found.mostPartitionsOfACustomer === 1,
      brokenBy: ["no-key", "order"],
    },
    "The home market, three orders in five, is spread over the partitions": {
      holds: (found) => found.ofHome === found.partitions,
      brokenBy: ["country"],
    },
    "The busiest customer, two orders in five, is spread over the partitions": {
      holds: (found) => found.ofBusiest === found.partitions,
      brokenBy: ["country", "customer"],
    },
  },

  measures: {
    "orders out of order": (found) => found.outOfOrder,
    "share of the fullest partition": { unit: "%", of: (found) => 100 * found.fullest },
    "most partitions of a customer": (found) => found.mostPartitionsOfACustomer,
  },
});
