// A consumer group is a name under which the broker keeps offsets. A deployment changes the name,
// and to the broker there is a new group without any. Where it starts is a setting of the client:
// at the end, and what was pending is skipped; at the beginning, and all that was ever done is done
// again; or nowhere, and somebody has to look.

import { lab, until } from "#kit";
import { kafka } from "#services/kafka";

type Fallback = "latest" | "earliest" | "fail";

export default lab({
  title: "Where a new consumer group starts",
  question:
    "A deployment renames the consumer group: what is skipped, what is done again, and who notices?",
  services: { kafka },
  knobs: { handled: 100, pending: 50, after: 10 },
  arms: { latest: "latest", earliest: "earliest", fail: "fail" },

  async trial(arm, { kafka, note, knobs: { handled, pending, after } }) {
    const fallbackMode = arm as Fallback;
    const topic = await kafka.topic("payments");
    const producer = await kafka.producer();
    const produce = (from: number, count: number) =>
      producer.send({
        messages: Array.from({ length: count }, (_, index) => ({
          topic,
          value: `${from + index}`,
        })),
      });
    await produce(0, handled + pending);

    const byOld = new Set<number>();
    {
      await using old = await kafka.consumer({ groupId: "billing", autocommit: false });
      const payments = await old.consume({ topics: [topic], mode: "earliest" });
      for await (const payment of payments) {
        byOld.add(Number(payment.value));
        if (byOld.size < handled) continue;
        await payment.commit();
        break;
      }
    }

    const byNew = new Set<number>();
    let refusal: string | undefined;
    const renamed = await kafka.consumer({ groupId: "billing-v2" });
    const payments = await renamed.consume({
      topics: [topic],
      mode: "committed",
      fallbackMode, // matters: No record is skipped in silence
    });
    payments.on("data", ({ value }) => byNew.add(Number(value)));
    payments.on("error", ({ message }) => {
      refusal = message;
      note(message);
    });
    await until("it to start or to refuse", () => refusal || payments.offsetsToFetch.size > 0);
    await produce(handled + pending, after);
    const newest = handled + pending + after - 1;
    await until("the newest record", () => refusal || byNew.has(newest));
    const all = Array.from({ length: newest + 1 }, (_, record) => record);
    return {
      started: !refusal,
      skipped: refusal
        ? 0
        : all.filter((record) => !byOld.has(record) && !byNew.has(record)).length,
      handledAgain: byOld.intersection(byNew).size,
    };
  },

  claims: {
    "No record is skipped in silence": {
      holds: (found) => found.skipped === 0,
      brokenBy: ["latest"],
    },
    "No record that the old group had handled is handled again": {
      holds: (found) => found.handledAgain === 0,
      brokenBy: ["earliest"],
    },
    "The service starts by itself under its new name": {
      holds: (found) => found.started,
      brokenBy: ["fail"],
    },
  },

  measures: {
    "records skipped": (found) => found.skipped,
    "records handled again": (found) => found.handledAgain,
    "refusals to start": (found) => (found.started ? 0 : 1),
  },
});
