import type { Fx } from '@ratestream/events';
import type { Nano } from '@ratestream/money';
import { blockOf } from './block.js';
import type { BlockTotal } from './block.js';
import { balanceAccount, sharedAccount } from './ledger-account.js';
import type { LedgerAccount } from './ledger-account.js';
import { kindOf, moneyOf } from './posting.js';
import type { LegMoney, PostingKind } from './posting.js';

/** The part of a rated event that the ledger reads. `RatedEvent` is one. */
export interface RatedMoney {
  readonly kind: string;
  readonly correctsRatedId: string | null;
  readonly rerateRunId: string | null;
  readonly legs: readonly LegMoney[];
}

/** What a batch moves on one ledger account. */
export interface AccountMove {
  readonly account: LedgerAccount;
  /** Σ of all entries */
  readonly amount: Nano;
  readonly held: Nano;
  /** One per kind that moved money, and per rate where amounts were converted; in the order of `PostingKind` names. */
  readonly entries: readonly EntrySum[];
  /** Something other than a correction debited or held here: only then may the account become suspended. */
  readonly byUsage: boolean;
}

export interface EntrySum {
  readonly kind: PostingKind;
  readonly amount: Nano;
  readonly legs: number;
  /** What the sum was in the card's currency, signed like `amount`, and the one rate that converted all of it. */
  readonly converted?: Converted;
}

export interface Converted {
  readonly amount: Nano;
  readonly currency: string;
  readonly fx: Fx;
}

/** All that a batch of `rated` writes, sorted by (code, currency, sub), so that rows are always locked in one order. */
export interface BatchMoves {
  readonly moves: readonly AccountMove[];
  readonly blocks: readonly BlockTotal[];
}

interface Accumulator {
  account: LedgerAccount;
  held: Nano;
  byUsage: boolean;
  kinds: Partial<Record<PostingKind, EntryAccumulator>>;
  /** By kind and rate. */
  converted: Map<string, EntryAccumulator & { kind: PostingKind; original: Nano; fx: Fx }> | null;
}

interface EntryAccumulator {
  amount: Nano;
  legs: number;
}

interface BlockAccumulator {
  legs: number;
  amount: Nano;
  heldAmount: Nano;
  heldAmountFreed: Nano;
}

/**
 * Folds rated events of one partition into sums per ledger account and per block.
 *
 * In      events in any order and grouping; each exactly once (the offset guard sees to it)
 * Out     the same sums, however the events were split into batches
 * Errors  LedgerInvariantError, see `moneyOf`; the batch is then lost as a whole
 */
export class BatchFold {
  private readonly accounts = new Map<string, Accumulator>();
  private readonly blocks = new Map<number, Map<string, BlockAccumulator>>();

  constructor(private readonly partition: number) {}

  add(offset: number, event: RatedMoney): void {
    if (event.legs.length === 0) return;
    const block = this.block(blockOf(offset));
    const correction = event.correctsRatedId !== null || event.rerateRunId !== null;
    for (const leg of event.legs) {
      const { amount, currency } = moneyOf(leg);
      this.count(block, leg, amount, currency);
      const held = leg.heldAmount - leg.heldAmountFreed;
      if (amount === 0n && held === 0n) continue;
      const kind = kindOf(event.kind, leg.action);
      if (leg.side === 'sell') {
        const payer = this.account('b', leg.payer, currency);
        post(payer, kind, leg, -amount);
        payer.held += held;
        if (!correction && (amount > 0n || held > 0n)) payer.byUsage = true;
        if (amount !== 0n) post(this.account('r', leg.payee, currency), kind, leg, amount);
      } else {
        if (amount !== 0n) post(this.account('c', leg.payer, currency), kind, leg, -amount);
        const supplier = this.account('p', leg.payee, currency);
        post(supplier, kind, leg, amount);
        supplier.held += held;
      }
    }
  }

  result(): BatchMoves {
    const moves = [...this.accounts.values()].map(moveOf).sort(byAccount);
    const blocks = [...this.blocks].flatMap(([block, sums]) =>
      [...sums].map(([key, sum]): BlockTotal => {
        const cut = key.indexOf('|');
        return { block, action: key.slice(0, cut) as LegMoney['action'], currency: key.slice(cut + 1), ...sum };
      }),
    );
    return { moves, blocks: blocks.sort(byBlock) };
  }

  private account(prefix: 'b' | 'r' | 'c' | 'p', party: string, currency: string): Accumulator {
    const key = `${prefix}${currency}/${party}`;
    let found = this.accounts.get(key);
    if (found === undefined) {
      found = {
        account: this.ledgerAccount(prefix, party, currency),
        held: 0n,
        byUsage: false,
        kinds: {},
        converted: null,
      };
      this.accounts.set(key, found);
    }
    return found;
  }

  private ledgerAccount(prefix: 'b' | 'r' | 'c' | 'p', party: string, currency: string): LedgerAccount {
    if (prefix === 'b') return balanceAccount(party, currency);
    const kind = prefix === 'r' ? 'revenue' : prefix === 'c' ? 'cost' : 'payable';
    return sharedAccount(kind, party, currency, this.partition);
  }

  private block(number: number): Map<string, BlockAccumulator> {
    let found = this.blocks.get(number);
    if (found === undefined) this.blocks.set(number, (found = new Map<string, BlockAccumulator>()));
    return found;
  }

  private count(block: Map<string, BlockAccumulator>, leg: LegMoney, amount: Nano, currency: string): void {
    const key = `${leg.action}|${currency}`;
    let sum = block.get(key);
    if (sum === undefined) block.set(key, (sum = { legs: 0, amount: 0n, heldAmount: 0n, heldAmountFreed: 0n }));
    sum.legs += 1;
    sum.amount += amount;
    sum.heldAmount += leg.heldAmount;
    sum.heldAmountFreed += leg.heldAmountFreed;
  }
}

function post(to: Accumulator, kind: PostingKind, leg: LegMoney, amount: Nano): void {
  if (amount === 0n) return;
  if (leg.fx !== undefined && leg.fx !== null && leg.currency !== leg.accountCurrency) {
    postConverted(to, kind, leg, leg.fx, amount);
    return;
  }
  const sum = to.kinds[kind];
  if (sum === undefined) to.kinds[kind] = { amount, legs: 1 };
  else {
    sum.amount += amount;
    sum.legs += 1;
  }
}

/** An entry has one rate, so that a statement can show what was converted by it. */
function postConverted(to: Accumulator, kind: PostingKind, leg: LegMoney, fx: Fx, amount: Nano): void {
  const original = amount < 0n === leg.accountAmount < 0n ? leg.amount : -leg.amount;
  const key = `${kind}|${fx.from}|${fx.rate}|${fx.rateDate}|${fx.source}|${fx.rule}|${fx.spreadPercent ?? ''}|${fx.provisional}`;
  to.converted ??= new Map();
  const sum = to.converted.get(key);
  if (sum === undefined) to.converted.set(key, { kind, amount, legs: 1, original, fx });
  else {
    sum.amount += amount;
    sum.legs += 1;
    sum.original += original;
  }
}

function moveOf({ account, held, byUsage, kinds, converted }: Accumulator): AccountMove {
  const entries = Object.entries(kinds).map(([kind, sum]): EntrySum => ({ kind: kind as PostingKind, ...sum }));
  for (const { kind, amount, legs, original, fx } of converted?.values() ?? [])
    entries.push({ kind, amount, legs, converted: { amount: original, currency: fx.from, fx } });
  entries.sort((a, b) => compare(a.kind, b.kind) || compare(rateKey(a), rateKey(b)));
  let amount = 0n;
  for (const entry of entries) amount += entry.amount;
  return { account, amount, held, entries, byUsage };
}

function byAccount({ account: a }: AccountMove, { account: b }: AccountMove): number {
  return compare(a.code, b.code) || compare(a.currency, b.currency) || a.sub - b.sub;
}

function byBlock(a: BlockTotal, b: BlockTotal): number {
  return a.block - b.block || compare(a.currency, b.currency) || compare(a.action, b.action);
}

function rateKey({ converted }: EntrySum): string {
  return converted === undefined ? '' : `${converted.currency}|${converted.fx.rateDate}|${converted.fx.rate}`;
}

/** By code unit, not by locale: every process must lock rows in the same order. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
