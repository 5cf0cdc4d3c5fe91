import { OPERATOR } from '@ratestream/catalog';
import type { ChargeBasis } from '@ratestream/catalog';
import { byLife, canPrice, sellTime } from './facts.js';
import type { Fact } from './facts.js';
import { judgeLeg, unrated } from './judge-leg.js';
import type { LegQuestion } from './judge-leg.js';
import type { OracleCatalog } from './oracle-catalog.js';
import { buyOutcome, sellOutcome, together } from './outcome.js';
import type { AttemptFacts } from './outcome.js';
import type { LegVerdict } from './verdict.js';

export interface PartFacts {
  messageId: string;
  part: number;
  /** In the order of `usage`, duplicates and conflicts left out. */
  facts: Fact[];
}

/** What is known of one part, with the fact that prices it. */
interface Part {
  part: number;
  subject: Fact;
  life: readonly Fact[];
  attempts: AttemptFacts[];
}

/** The money of all parts of one message, from all that is known of them (domain.md §1, §3, §5, §6). */
export function judgeMessage(
  parts: readonly PartFacts[],
  catalog: OracleCatalog,
  timedOut: ReadonlySet<string>,
): LegVerdict[] {
  const messageId = parts[0]?.messageId ?? '';
  const known = parts.map(readPart).filter((part) => part !== null);
  return known.flatMap((part) => {
    const siblings = Array.from(
      { length: part.subject.total },
      (_, i) => known.find((other) => other.part === i + 1) ?? null,
    );
    return [...sellLegs(messageId, part, siblings, catalog), ...buyLegs(messageId, part, catalog)].map((question) =>
      'state' in question ? question : judgeLeg(question, catalog, timedOut),
    );
  });
}

/** Recorded, and charged only where a rate says so; no rate of this version of the model does. */
const NO_MONEY: ReadonlySet<string> = new Set(['blocked', 'converted', 'lookup']);

/** Where not even the terms are known, money may be due for what the supplier took. */
const UNKNOWN_TERMS: ChargeBasis = 'submit';

function readPart({ part, facts }: PartFacts): Part | null {
  const events = facts.filter(({ direction, event }) => direction === 'mt' && !NO_MONEY.has(event));
  const life = [...events].sort(byLife);
  const subject = life.find(canPrice);
  return subject === undefined ? null : { part, subject, life, attempts: attemptsOf(events) };
}

function attemptsOf(events: readonly Fact[]): AttemptFacts[] {
  const byNumber = new Map<number, Fact[]>();
  for (const fact of events) {
    if (fact.event === 'accepted') continue;
    byNumber.set(fact.attempt, [...(byNumber.get(fact.attempt) ?? []), fact]);
  }
  return [...byNumber].sort(([a], [b]) => a - b).map(([number, facts]) => ({ number, facts }));
}

/** Customer pays reseller, that reseller pays its parent, … the root payer pays the operator. */
function sellLegs(
  messageId: string,
  { part, subject, life, attempts }: Part,
  siblings: readonly (Part | null)[],
  catalog: OracleCatalog,
): (LegQuestion | LegVerdict)[] {
  const withTime = life.find(({ scheduled, accepted }) => scheduled !== null || accepted !== null) ?? subject;
  const billingTime = sellTime(withTime);
  return subject.chain.map((payer, index) => {
    const leg = {
      messageId,
      part,
      side: 'sell' as const,
      attempt: 0,
      payer,
      payee: subject.chain[index + 1] ?? OPERATOR,
      billingTime,
    };
    const plan = catalog.plans.get(catalog.accounts.get(payer)?.planId ?? '');
    if (plan === undefined) return unrated(leg, 'no_plan', sellOutcome(UNKNOWN_TERMS, attempts) !== 'released');
    const { bindings } = plan;
    const binding =
      bindings.find((b) => b.trafficClass === subject.trafficClass) ?? bindings.find((b) => b.trafficClass === null);
    const card = catalog.cards.get(binding?.cardId ?? '');
    if (card === undefined) return unrated(leg, 'no_card', sellOutcome(plan.basis, attempts) !== 'released');
    return {
      leg,
      subject,
      card,
      terms: plan,
      outcome: (basis) => sellOutcome(basis, attempts),
      messageOutcome: (basis) =>
        together(siblings.map((sibling) => (sibling === null ? 'open' : sellOutcome(basis, sibling.attempts)))),
    };
  });
}

/** One for every attempt that names who carried it. */
function buyLegs(
  messageId: string,
  { part, subject, attempts }: Part,
  catalog: OracleCatalog,
): (LegQuestion | LegVerdict)[] {
  const legs: (LegQuestion | LegVerdict)[] = [];
  for (const attempt of attempts) {
    const ordered = [...attempt.facts].sort(byLife);
    const connection = catalog.connections.get(ordered.find((fact) => fact.connection !== null)?.connection ?? '');
    const supplierId = ordered.find(({ supplier }) => supplier !== null)?.supplier ?? connection?.supplierId;
    if (supplierId === undefined) continue;
    const supplier = catalog.suppliers.get(supplierId);
    const submitted = ordered.find((fact) => fact.submitted !== null)?.submitted;
    const billingTime = submitted ?? sellTime(ordered.find((fact) => fact.accepted !== null) ?? subject);
    const leg = {
      messageId,
      part,
      side: 'buy' as const,
      attempt: attempt.number,
      payer: OPERATOR,
      payee: supplier?.id ?? '',
      billingTime,
    };
    const card = catalog.cards.get(connection?.buyCardId ?? supplier?.buyCardId ?? '');
    if (card === undefined) {
      legs.push(unrated(leg, 'no_card', buyOutcome(UNKNOWN_TERMS, attempt) !== 'released'));
      continue;
    }
    legs.push({
      leg,
      subject,
      card,
      terms: card,
      outcome: (basis) => buyOutcome(basis, attempt),
      messageOutcome: (basis) => buyOutcome(basis, attempt),
    });
  }
  return legs;
}
