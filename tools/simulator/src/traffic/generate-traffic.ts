import type { Micros } from '@ratestream/catalog';
import type { GeneratedCatalog } from '../catalog/generated-catalog.js';
import { Random } from '../random.js';
import { AppendOrder } from './append-order.js';
import { canonicalRecord } from './canonical-record.js';
import { drawGarbage } from './garbage.js';
import { kannelLine } from './kannel-line.js';
import { liveMessage } from './life.js';
import { MessageSource } from './message.js';
import type { RawRecord, TrafficOptions } from './raw-record.js';

const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;

/** Share of the mean rate by hour of the day, UTC: quiet nights, a peak before noon and one in the evening. */
const DAY_SHAPE = [
  0.35, 0.28, 0.25, 0.25, 0.3, 0.45, 0.7, 1, 1.3, 1.5, 1.6, 1.55, 1.4, 1.35, 1.35, 1.4, 1.45, 1.5, 1.55, 1.45, 1.2,
  0.95, 0.7, 0.5,
];

/**
 * Raw records in the order in which gateways write them; the same for the same catalog and options, byte for byte.
 *
 * Out     about 2.8 records a message; memory grows with the delays (receipts, disorder), not with `count`
 * Example [...generateTraffic(catalog, { seed: 1, count: 1000, startAt })]
 */
export function* generateTraffic(catalog: GeneratedCatalog, options: TrafficOptions): Generator<RawRecord> {
  const random = new Random(options.seed).fork('traffic');
  const source = new MessageSource(catalog, random.fork('messages'));
  const waiting = new AppendOrder();
  let now: Micros = options.startAt;
  for (let index = 0; index < options.count; index++) {
    now += Math.max(1, Math.round((random.exponential(1) * SECOND) / rateAt(now, options)));
    for (let due = waiting.popDue(now); due !== undefined; due = waiting.popDue(now)) yield due;
    const message = source.draw(index, Math.floor(now / 1000) * 1000);
    for (const happened of liveMessage(source, random, message, options)) {
      const value =
        message.sender.format === 'kannel-access-log'
          ? kannelLine(message, happened)
          : canonicalRecord(random, message, happened);
      // Accept times are cut to milliseconds: not before what was written already.
      const appendAt = Math.max(now, happened.at + lateness(random, options));
      const record: RawRecord = {
        appendAt,
        source: message.sender.sourceId,
        value,
        kind: happened.receipt ? 'receipt' : 'event',
        message: index,
      };
      waiting.push(record);
      if (random.chance(options.duplicates ?? 0.02)) {
        waiting.push({
          ...record,
          kind: 'duplicate',
          appendAt: appendAt + random.int(0, (options.disorderSec ?? 5) * SECOND),
        });
      }
    }
    if (random.chance(options.garbage ?? 0.002))
      waiting.push({ ...drawGarbage(random), appendAt: now, kind: 'garbage', message: -1 });
  }
  for (let due = waiting.popDue(Infinity); due !== undefined; due = waiting.popDue(Infinity)) yield due;
}

function rateAt(at: Micros, { perSecond = 50, dailyShape = true }: TrafficOptions): number {
  if (!dailyShape) return perSecond;
  const hour = (at / HOUR) % 24;
  const before = DAY_SHAPE[Math.floor(hour)] ?? 1;
  const after = DAY_SHAPE[(Math.floor(hour) + 1) % 24] ?? 1;
  return perSecond * (before + (after - before) * (hour % 1));
}

function lateness(random: Random, { disorder = 0.1, disorderSec = 5 }: TrafficOptions): Micros {
  return random.chance(disorder) ? random.int(0, disorderSec * SECOND) : random.int(0, 20_000);
}
