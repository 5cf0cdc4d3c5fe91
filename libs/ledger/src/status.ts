import type { Nano } from '@ratestream/money';

export type Status = 'active' | 'warned' | 'suspended';

/** What bounds an account; amounts in its currency. */
export interface Limits {
  /** ≥ 0 */
  readonly creditLimit: Nano;
  /** Available money below which the account is warned; null: never. */
  readonly warnBelow: Nano | null;
  readonly closed: boolean;
}

/** What an account has. */
export interface Position {
  readonly balance: Nano;
  readonly held: Nano;
}

/**
 * Money that may still be spent.
 *
 * Example balance 10, held 3, credit limit 5 → 12
 * Source  domain.md §10
 */
export function available({ balance, held }: Position, { creditLimit }: Limits): Nano {
  return balance - held + creditLimit;
}

/**
 * Status of an account by itself.
 *
 * In      limits and position after the movement; the status before it; whether anything but a correction moved it
 * Out     suspended at available ≤ 0 or when closed, warned below `warnBelow`, else active
 * Never   suspends through a correction alone: the account is warned (or keeps its status) until its next usage
 * Source  domain.md §8 and §10
 */
export function ownStatus(limits: Limits, position: Position, before: Status, byCorrectionOnly = false): Status {
  if (limits.closed) return 'suspended';
  const left = available(position, limits);
  const low = limits.warnBelow !== null && left < limits.warnBelow;
  if (left > 0n) return low ? 'warned' : 'active';
  if (!byCorrectionOnly || before === 'suspended') return 'suspended';
  return limits.warnBelow === null ? before : 'warned';
}

export interface EffectiveStatus {
  readonly status: Status;
  readonly own: Status;
  /** The nearest ancestor whose status counts; null when the own one does. */
  readonly causedBy: string | null;
}

const SEVERITY: Record<Status, number> = { active: 0, warned: 1, suspended: 2 };

/**
 * The worst of an account's own status and every ancestor's.
 *
 * In      chain: account, its parent, … its root payer; own: status by itself, `active` where none is known
 * Example acme active under a suspended reseller r1 → { suspended, own: active, causedBy: r1 }
 */
export function effectiveStatus(chain: readonly string[], own: (accountId: string) => Status): EffectiveStatus {
  const [self = '', ...ancestors] = chain;
  const mine = own(self);
  let status = mine;
  let causedBy: string | null = null;
  for (const ancestor of ancestors) {
    const theirs = own(ancestor);
    if (SEVERITY[theirs] > SEVERITY[status]) {
      status = theirs;
      causedBy = ancestor;
    }
  }
  return { status, own: mine, causedBy };
}
