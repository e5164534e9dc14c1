// A phone in a tunnel keeps its events and sends them when it is out again. They happened in one
// minute and arrive in another, and a count by the minute must choose. Kafka Streams can go by the
// time of arrival, or by the time in the record. In the second case its clock is the newest record
// that it has seen: a minute that this clock has left is closed, unless it is given grace.

import { lab, sum } from "#kit";
import { type KafkaConsumer, kafka } from "#services/kafka";
import { kafkaStreams } from "#services/kafka-streams";

/** What Minutes.java is told, by the minutes of grace that the reader has chosen. */
type Clock = (graceMinutes: number) => Record<string, string | number>;

const arrivalTime: Clock = () => ({ TIME: "arrival" });

const eventTime: Clock = () => ({ TIME: "record" });

const eventTimeGrace: Clock = (graceMinutes) => ({
  TIME: "record", // matters: An event counts in the minute in which it happened
  GRACE_MINUTES: graceMinutes, // matters: An event that comes late but within the grace is counted
});

/** When events happened, in the order of their arrival, in minutes; they arrive over twenty. */
function eventsOf(first: number, events: number, latePercent: number, lateMinutes: number) {
  const every = Math.round(100 / latePercent);
  return Array.from({ length: events }, (_, index) => {
    const arrives = first + (20 * index) / events;
    const isLate = index % every === every - 1;
    return isLate ? arrives - lateMinutes : arrives;
  });
}

/** Reads all counts. One that comes after that of a later minute is a correction. */
async function readCounts(reader: KafkaConsumer, topic: string) {
  const byMinute = new Map<number, number>();
  let corrections = 0;
  const counts = await reader.consume({ topics: [topic], mode: "earliest" });
  for await (const { key, value } of counts) {
    const [kind, minute] = key.split("@");
    if (kind === "end") break;
    if (Math.max(...byMinute.keys()) > Number(minute)) corrections += 1;
    byMinute.set(Number(minute), Number(value));
  }
  return { byMinute, corrections };
}

export default lab({
  title: "Tumbling windows, event time and grace",
  question:
    "Phones come out of a tunnel and send events of ten minutes ago: in which minute do they count?",
  services: {
    kafka,
    counter: kafkaStreams.with({ source: import.meta.resolve("./Minutes.java") }),
  },
  knobs: {
    events: 200,
    latePercent: { value: 10, from: 1, to: 50 },
    lateMinutes: 10,
    graceMinutes: { value: 15, from: 0, to: 60 },
  },
  arms: {
    "arrival-time": arrivalTime,
    "event-time": eventTime,
    "event-time-grace": eventTimeGrace,
  },

  async trial(clock, { kafka, counter, knobs }) {
    const [topic, counts] = [await kafka.topic("events"), await kafka.topic("counts")];
    // They are over by now, and not so old that the broker would delete them.
    const first = Math.floor(Date.now() / 60_000) - 30;
    const happened = eventsOf(first, knobs.events, knobs.latePercent, knobs.lateMinutes);
    const producer = await kafka.producer();
    const send = (key: string, minutes: readonly number[]) =>
      producer.send({
        messages: minutes.map((minute) => ({
          ...{ topic, key, value: "click" },
          timestamp: BigInt(Math.round(minute * 60_000)),
        })),
      });
    await send("click", happened);
    await send("end", [first + 20]);

    await counter.start({
      ...{ BROKERS: kafka.brokers.join(), APPLICATION: kafka.name("minutes") },
      ...{ EVENTS: topic, COUNTS: counts, ...clock(knobs.graceMinutes) },
    });
    const reader = await kafka.consumer({ groupId: "reader" });
    const { byMinute, corrections } = await readCounts(reader, counts);

    const expected = Map.groupBy(happened, Math.floor);
    const surplus = [...byMinute].map(([minute, count]) =>
      Math.max(0, count - (expected.get(minute)?.length ?? 0)),
    );
    return {
      inWrongMinute: sum(surplus),
      dropped: knobs.events - sum([...byMinute.values()]),
      correctionsPerMinute: corrections / byMinute.size,
    };
  },

  claims: {
    "An event counts in the minute in which it happened": {
      holds: (found) => found.inWrongMinute === 0,
      brokenBy: ["arrival-time"],
    },
    "An event that comes late but within the grace is counted": {
      holds: (found) => found.dropped === 0,
      brokenBy: ["event-time"],
    },
    "The count of a minute is final as soon as the next minute begins": {
      holds: (found) => found.correctionsPerMinute === 0,
      brokenBy: ["event-time-grace"],
    },
  },

  deadlineSeconds: 60, // a Java program is compiled and started in each trial

  measures: {
    "events in the wrong minute": (found) => found.inWrongMinute,
    "events dropped": (found) => found.dropped,
    "corrections published per window": (found) => found.correctionsPerMinute,
  },
});
