// Kafka's protocol: frames of a length, requests with the key of their API, replies that carry
// only the number of the request that they answer (https://kafka.apache.org/protocol).

import { Frames, type Framing } from "./frames.ts";
import { type Decoders, Garbage, type Message, oneLine, size } from "./message.ts";

/** Names by API key, in the order of https://kafka.apache.org/protocol#protocol_api_keys. */
const APIS = `Produce Fetch ListOffsets Metadata LeaderAndIsr StopReplica UpdateMetadata
  ControlledShutdown OffsetCommit OffsetFetch FindCoordinator JoinGroup Heartbeat LeaveGroup
  SyncGroup DescribeGroups ListGroups SaslHandshake ApiVersions CreateTopics DeleteTopics
  DeleteRecords InitProducerId OffsetForLeaderEpoch AddPartitionsToTxn AddOffsetsToTxn EndTxn
  WriteTxnMarkers TxnOffsetCommit DescribeAcls CreateAcls DeleteAcls DescribeConfigs AlterConfigs
  AlterReplicaLogDirs DescribeLogDirs SaslAuthenticate CreatePartitions CreateDelegationToken
  RenewDelegationToken ExpireDelegationToken DescribeDelegationToken DeleteGroups ElectLeaders
  IncrementalAlterConfigs AlterPartitionReassignments ListPartitionReassignments OffsetDelete
  DescribeClientQuotas AlterClientQuotas DescribeUserScramCredentials AlterUserScramCredentials
  Vote BeginQuorumEpoch EndQuorumEpoch DescribeQuorum AlterPartition UpdateFeatures Envelope
  FetchSnapshot DescribeCluster DescribeProducers BrokerRegistration BrokerHeartbeat
  UnregisterBroker DescribeTransactions ListTransactions AllocateProducerIds
  ConsumerGroupHeartbeat ConsumerGroupDescribe ControllerRegistration GetTelemetrySubscriptions
  PushTelemetry AssignReplicasToDirs ListConfigResources DescribeTopicPartitions
  ShareGroupHeartbeat ShareGroupDescribe ShareFetch ShareAcknowledge AddRaftVoter RemoveRaftVoter
  UpdateRaftVoter InitializeShareGroupState ReadShareGroupState WriteShareGroupState
  DeleteShareGroupState ReadShareGroupStateSummary StreamsGroupHeartbeat StreamsGroupDescribe
  DescribeShareGroupOffsets AlterShareGroupOffsets DeleteShareGroupOffsets`.split(/\s+/);

const SETUP = new Set(["ApiVersions", "SaslHandshake", "SaslAuthenticate"]);

/** No API has come near so many versions; what claims more is not Kafka. */
const NEWEST_VERSION = 30;

/** Replies are looked up by their request; beyond so many the oldest had none (acks=0). */
const MOST_UNANSWERED = 1_000;

type Unanswered = Map<number, string>;

class Requests implements Framing {
  readonly #unanswered: Unanswered;

  constructor(unanswered: Unanswered) {
    this.#unanswered = unanswered;
  }

  length(start: Buffer): number | undefined {
    if (start.length < 8) return undefined;
    const known = start.readUInt16BE(4) < APIS.length && start.readUInt16BE(6) <= NEWEST_VERSION;
    if (!known) throw new Garbage();
    return lengthOf(start, 10);
  }

  describe(start: Buffer, length: number): Omit<Message, "bytes"> {
    const api = APIS[start.readUInt16BE(4)] as string;
    this.#unanswered.set(start.readInt32BE(8), api);
    const [oldest = 0] = this.#unanswered.keys();
    if (this.#unanswered.size > MOST_UNANSWERED) this.#unanswered.delete(oldest);
    const nameLength = start.readInt16BE(12);
    const name = nameLength > 0 ? oneLine(start.toString("utf8", 14, 14 + nameLength), 24) : "";
    const setup = SETUP.has(api) ? { setup: true } : {};
    const label = `${api} v${start.readUInt16BE(6)}, ${size(length)}`;
    return { label, ...setup, ...(name ? { name } : {}) };
  }
}

class Replies implements Framing {
  readonly #unanswered: Unanswered;

  constructor(unanswered: Unanswered) {
    this.#unanswered = unanswered;
  }

  length(start: Buffer): number | undefined {
    if (start.length < 8) return undefined;
    if (!this.#unanswered.has(start.readInt32BE(4))) throw new Garbage();
    return lengthOf(start, 4);
  }

  describe(start: Buffer, length: number): Omit<Message, "bytes"> {
    const number = start.readInt32BE(4);
    const api = this.#unanswered.get(number) as string;
    this.#unanswered.delete(number);
    return { label: `${api} reply, ${size(length)}`, ...(SETUP.has(api) ? { setup: true } : {}) };
  }
}

function lengthOf(start: Buffer, shortest: number): number {
  const length = start.readInt32BE(0);
  if (length < shortest) throw new Garbage();
  return 4 + length;
}

export function kafka(): Decoders {
  const unanswered: Unanswered = new Map();
  return {
    requests: new Frames(new Requests(unanswered)),
    replies: new Frames(new Replies(unanswered)),
  };
}
