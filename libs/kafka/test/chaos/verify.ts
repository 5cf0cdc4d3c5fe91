import kafkajs from 'kafkajs';
import { readToEnd, type Kafka } from '../../src/index.js';

/** What went wrong, in records; all zero when every input has its output once, in order, with the right count. */
export interface Verdict {
  read: number;
  missing: number;
  doubled: number;
  disordered: number;
  miscounted: number;
}

interface Step {
  partition: number;
  count: number;
  sequence: number;
}

/** `expected` inputs were numbered 0 … expected−1 per partition. */
export function judge(steps: readonly Step[], expected: readonly number[]): Verdict {
  const verdict: Verdict = { read: steps.length, missing: 0, doubled: 0, disordered: 0, miscounted: 0 };
  expected.forEach((inputs, partition) => {
    const seen = new Uint32Array(inputs);
    let last = -1;
    let number = 0;
    for (const step of steps) {
      if (step.partition !== partition) continue;
      seen[step.sequence]!++;
      if (step.sequence <= last) verdict.disordered++;
      last = step.sequence;
      if (step.count !== ++number) verdict.miscounted++;
    }
    for (const times of seen) {
      if (times === 0) verdict.missing++;
      if (times > 1) verdict.doubled++;
    }
  });
  return verdict;
}

const stepOf = (partition: number, key: Buffer | null, value: Buffer | null): Step | null => {
  if (key?.toString() !== 'step') return null;
  const [count, sequence] = (value?.toString() ?? '').split(':').map(Number);
  return { partition, count: count!, sequence: sequence! };
};

/** The output as this library reads it. */
export async function readSteps(kafka: Kafka): Promise<Step[]> {
  const steps: Step[] = [];
  for (let partition = 0; partition < 6; partition++) {
    await readToEnd(kafka, {
      topic: 'rated',
      partition,
      from: 0,
      onRecords: (records) => {
        for (const { key, value } of records) {
          const step = stepOf(partition, key, value);
          if (step !== null) steps.push(step);
        }
      },
    });
  }
  return steps;
}

/** The output as the bare client reads it: a check of the check. Ends after two quiet seconds. */
export async function readStepsWithBareClient(brokers: string[], topic: string): Promise<Step[]> {
  const consumer = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).consumer({
    groupId: `${topic}-verify`,
    maxWaitTimeInMs: 100,
  });
  const steps: Step[] = [];
  let lastAt = Date.now();
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch, heartbeat }) => {
      for (const { key, value } of batch.messages) {
        const step = stepOf(batch.partition, key, value);
        if (step !== null) steps.push(step);
      }
      lastAt = Date.now();
      await heartbeat();
    },
  });
  while (Date.now() - lastAt < 2000) await new Promise((resolve) => setTimeout(resolve, 100));
  await consumer.disconnect();
  return steps;
}
