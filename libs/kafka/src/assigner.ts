import type { PartitionAssigner } from 'kafkajs';
import { AssignerProtocol } from './kafkajs.js';
import { shareOut, type Claim } from './share-out.js';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/** What this process holds now; told to the leader at each join, so that it may keep it. */
export interface Held {
  partitions(): readonly number[];
  generation(): number;
}

/**
 * Keeps same-numbered partitions of all inputs in one process, and where they are. The default assigner of the client
 * does neither: it would put the commands of a partition into another process than its usage.
 */
export function togetherAndSticky(held: Held): PartitionAssigner {
  return ({ cluster }) => ({
    name: 'RatestreamTogether',
    version: 1,
    protocol: ({ topics }) => ({
      name: 'RatestreamTogether',
      metadata: MemberMetadata.encode({
        version: 1,
        topics,
        userData: Buffer.from(JSON.stringify({ owned: held.partitions(), generation: held.generation() })),
      }),
    }),
    assign: ({ members, topics }) => {
      const counts = new Map(topics.map((t) => [t, cluster.findTopicPartitionMetadata(t).length] as const));
      const read = new Map(members.map((m) => [m.memberId, readMember(m.memberMetadata)] as const));
      const claims: Claim[] = [...read].map(([memberId, { owned, generation }]) => ({ memberId, owned, generation }));
      const shares = shareOut(Math.max(0, ...counts.values()), claims);
      return Promise.resolve(
        [...shares].map(([memberId, numbers]) => ({
          memberId,
          memberAssignment: encodeAssignment(read.get(memberId)!.topics, (t) =>
            numbers.filter((n) => n < (counts.get(t) ?? 0)),
          ),
        })),
      );
    },
  });
}

/** Every member gets the same set list: for a group that has one member, named after the process. */
export function exactly(partitions: readonly number[]): PartitionAssigner {
  return ({ cluster }) => ({
    name: 'RatestreamFixed',
    version: 1,
    protocol: ({ topics }) => ({
      name: 'RatestreamFixed',
      metadata: MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }),
    }),
    assign: ({ members, topics }) =>
      Promise.resolve(
        members.map(({ memberId }) => ({
          memberId,
          memberAssignment: encodeAssignment(topics, (t) =>
            partitions.filter((p) => p < cluster.findTopicPartitionMetadata(t).length),
          ),
        })),
      ),
  });
}

function encodeAssignment(topics: readonly string[], partitionsOf: (topic: string) => number[]): Buffer {
  const assignment = Object.fromEntries(topics.map((t) => [t, partitionsOf(t)]));
  return MemberAssignment.encode({ version: 1, assignment, userData: Buffer.alloc(0) });
}

/** A member of another version may say anything; then it holds nothing. */
function readMember(metadata: Buffer): { topics: string[]; owned: number[]; generation: number } {
  const decoded = MemberMetadata.decode(metadata);
  const topics = decoded?.topics ?? [];
  try {
    const said = JSON.parse(decoded?.userData.toString('utf8') ?? '') as { owned?: unknown; generation?: unknown };
    const owned = Array.isArray(said.owned) ? said.owned.filter((n): n is number => Number.isInteger(n)) : [];
    return { topics, owned, generation: typeof said.generation === 'number' ? said.generation : -1 };
  } catch {
    return { topics, owned: [], generation: -1 };
  }
}
