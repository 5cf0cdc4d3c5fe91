import type { Micros } from '@ratestream/catalog';

/** What a gateway writes to `cdr.raw` (or posts), in the order in which it writes it. */
export interface RawRecord {
  /** When the gateway writes it; iteration is in this order. */
  appendAt: Micros;
  /** Header `source`. */
  source: string;
  value: Buffer;
  kind: 'event' | 'receipt' | 'duplicate' | 'garbage';
  /** Number of the message in this run, from 0; −1 for garbage. */
  message: number;
}

export interface TrafficOptions {
  seed: number;
  /** Messages, not records; Infinity for endless traffic. */
  count: number;
  /** Accept time of the first message. */
  startAt: Micros;
  /** Mean messages per second of event time; default 50. */
  perSecond?: number;
  /** Let the rate follow the hours of a day; default true. */
  dailyShape?: boolean;
  /** Share of records written a second time, byte for byte; default 0.02. */
  duplicates?: number;
  /** Share of records that come late, by up to `disorderSec`; defaults 0.1 and 5. */
  disorder?: number;
  disorderSec?: number;
  /** Garbage records per message; default 0.002. */
  garbage?: number;
  /** Share of receipts that never come; default 0.04. */
  receiptLoss?: number;
  /** Median delay of a receipt in seconds; default 4. */
  receiptMedianSec?: number;
}
