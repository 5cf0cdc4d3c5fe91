import { codecs, sampleLeg, sampleRated } from '@ratestream/events';
import type { Leg, RatedEvent } from '@ratestream/events';
import type { InRecord } from '@ratestream/kafka';

/** Noon of a day on which nothing happens but tests. */
export const NOON_MS = Date.UTC(2026, 4, 1, 12);

export function sellLeg(payer: string, payee: string, amount: bigint, change: Partial<Leg> = {}): Leg {
  const action = { action: 'settle', heldAmount: 0n, heldAmountFreed: 0n } as const;
  return sampleLeg({ side: 'sell', payer, payee, amount, accountAmount: amount, ...action, ...change });
}

export function buyLeg(supplier: string, amount: bigint, change: Partial<Leg> = {}): Leg {
  return sellLeg('operator', supplier, amount, { side: 'buy', attempt: 1, supplierId: supplier, ...change });
}

export function ratedEvent(legs: Leg[], change: Partial<RatedEvent> = {}): RatedEvent {
  return sampleRated({ kind: 'rated', catalogPosition: 1, correctsRatedId: null, rerateRunId: null, legs, ...change });
}

/** A record of `rated` as the reader hands it over; the value is the Avro body alone. */
export function record(partition: number, offset: number, event: RatedEvent, appendedAt = NOON_MS): InRecord {
  return {
    topic: 'rated',
    partition,
    offset,
    appendedAt,
    key: Buffer.from(event.rootPayer),
    value: codecs.RatedEvent.encode(event),
    headers: {},
  };
}
