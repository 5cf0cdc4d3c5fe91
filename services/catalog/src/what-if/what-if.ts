import type { Micros } from '@ratestream/catalog';
import type { Counts } from './comparison.js';
import type { DraftFrom, DraftName } from './draft.js';

export type WhatIfStatus = 'running' | 'done' | 'failed' | 'cancelled';

/** Why there is no result. */
export interface WhatIfFault {
  code: string;
  message: string;
}

/** What was asked, without the rows of the draft. */
export interface Question {
  draft: DraftName;
  from: DraftFrom;
  against: { usages: number } | { traffic: { from: Micros; to: Micros }; accounts: string[] | null };
}

/** Money in one currency. `difference` is after − before. */
export interface MoneyShown {
  in: 'card' | 'account' | 'reporting';
  currency: string;
  before: string;
  after: string;
  difference: string;
  /** By today's catalog without the draft, where that is not what was rated: the rest of the difference is the draft's. */
  today?: string;
}

/** A line as it is stored and answered. */
export interface LineShown {
  side: 'sell' | 'buy';
  account: string;
  supplier: string | null;
  country: string;
  mcc: string;
  mnc: string;
  trafficClass: string;
  counts: Counts;
  money: MoneyShown[];
}

export interface WhatIfSummary {
  totals: (MoneyShown & { side: 'sell' | 'buy' })[];
  /** Sales less purchases, by the currency of the cards. */
  marginEffect: { currency: string; difference: string }[];
  counts: Counts;
  /** By currency of the cards the lines that change most. */
  topMovers: { currency: string; lines: LineShown[] }[];
  lines: number;
  tookMs: number;
}

export interface WhatIf {
  id: string;
  scope: string;
  askedBy: string;
  askedAt: Micros;
  status: WhatIfStatus;
  question: Question;
  rowsRead: number;
  rowsTotal: number | null;
  finishedAt: Micros | null;
  summary: WhatIfSummary | null;
  fault: WhatIfFault | null;
}
