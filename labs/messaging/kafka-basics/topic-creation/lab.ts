// A topic's name is misspelt in one place. If the broker makes whatever it is asked for, the message
// is accepted, and lies in a topic that nobody reads. If the producer makes sure that its topic
// exists, it makes the misspelt one as well, only with the right number of partitions. A wrong name
// is refused where new names are: where topics are made by a step of their own, which comes first.

import { lab, until } from "#kit";
import { type KafkaFace, kafka } from "#services/kafka";

const TOPIC = "orders";
const MISSPELT = "order";
const NEW = "refunds"; // a week later, in a new version of the producer
const PARTITIONS = 6;

/** What is done before a message is sent, and whether a client may have its topic made. */
interface Arm {
  deploy?(kafka: KafkaFace): Promise<unknown>;
  ensure?(kafka: KafkaFace, name: string): Promise<unknown>;
  autocreateTopics: boolean;
}

const automatic: Arm = { autocreateTopics: true };

const ensure: Arm = {
  ensure: (kafka, name) => kafka.topic(name, { partitions: PARTITIONS }),
  autocreateTopics: false,
};

const explicit: Arm = {
  ...automatic,
  deploy: (kafka) => kafka.topic(TOPIC, { partitions: PARTITIONS }),
  autocreateTopics: false, // matters: A misspelt topic name is refused
};

export default lab({
  title: "Creating topics, on purpose or by accident",
  question: "What does a misspelt topic name cost, and what does it cost to rule it out?",
  services: { kafka },
  knobs: { messages: 100, consumers: { value: 4, from: 1, to: 12 } },
  arms: { automatic, ensure, explicit },

  async trial({ deploy, ensure, autocreateTopics }, { kafka, note, knobs }) {
    await deploy?.(kafka);
    const producer = await kafka.producer({ autocreateTopics, retryDelay: 100, retries: 10 });
    const isTaken = async (name: string, count: number) => {
      await ensure?.(kafka, name);
      const message = { topic: kafka.name(name), value: "{}" };
      try {
        await producer.send({ messages: Array.from({ length: count }, () => message) });
        return true;
      } catch (error) {
        note(`${name} is refused: ${(error as Error).message}`);
        return false;
      }
    };
    await isTaken(TOPIC, knobs.messages);
    const misspeltTaken = await isTaken(MISSPELT, 10);
    const newTaken = await isTaken(NEW, 1);

    const group = { groupId: "shipping", heartbeatInterval: 50, retryDelay: 20, retries: 100 };
    const members = await Promise.all(
      Array.from({ length: knobs.consumers }, async () => {
        const member = await kafka.consumer(group);
        member.topics.track(kafka.name(TOPIC));
        await member.joinGroup(); // which is what consume() does before it reads
        return member;
      }),
    );
    await until(
      "all to have met",
      () => new Set(members.map((one) => one.generationId)).size === 1,
    );

    const admin = await kafka.admin();
    const topics = await admin.listTopics();
    return {
      misspeltTaken,
      newTaken,
      topics: topics.filter((name) => name.startsWith(kafka.name(""))).length,
      idle: members.filter(({ assignments }) => !assignments?.[0]?.partitions.length).length,
      unread: misspeltTaken ? 10 : 0,
    };
  },

  claims: {
    "A misspelt topic name is refused": {
      holds: (found) => !found.misspeltTaken,
      brokenBy: ["automatic", "ensure"],
    },
    "Four consumers of one group all get work": {
      holds: (found) => found.idle === 0,
      brokenBy: ["automatic"],
    },
    "A new topic needs no step before its first message": {
      holds: (found) => found.newTaken,
      brokenBy: ["explicit"],
    },
  },

  measures: {
    "topics on the broker": (found) => found.topics,
    "consumers without work": (found) => found.idle,
    "messages in a topic that nobody reads": (found) => found.unread,
  },
});
