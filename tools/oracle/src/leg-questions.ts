import { OPERATOR } from '@ratestream/catalog';
import type { ChargeBasis } from '@ratestream/catalog';
import { cardsToAsk, planOf } from './card-choice.js';
import { byLife, matchKeyOf, sellTimeOf, subjectOf } from './facts.js';
import type { Fact } from './facts.js';
import { unrated } from './judge-leg.js';
import type { LegQuestion } from './judge-leg.js';
import type { PartFacts } from './judge-message.js';
import type { OracleCatalog } from './oracle-catalog.js';
import { buyOutcome, sellOutcome, together } from './outcome.js';
import type { AttemptFacts } from './outcome.js';
import type { LegVerdict } from './verdict.js';

/** What is known of one part, with the facts that price it. */
interface Part {
  messageId: string;
  part: number;
  subject: Fact;
  life: readonly Fact[];
  attempts: AttemptFacts[];
  knownAt: number;
}

/** Every leg that the parts of one message ask for; those of which nobody could know a price are judged already. */
export function legQuestions(
  parts: readonly PartFacts[],
  knownAt: number,
  catalog: OracleCatalog,
): (LegQuestion | LegVerdict)[] {
  // What happened to a part is known even while nobody knows whose it is.
  const attempts = new Map(parts.map(({ part, facts }) => [part, attemptsOf(chargeable(facts))]));
  const known = parts.map((part) => readPart(part, knownAt)).filter((part) => part !== null);
  return known.flatMap((part) => {
    const siblings = Array.from({ length: part.subject.total }, (_, i) => attempts.get(i + 1) ?? null);
    return [...sellLegs(part, siblings, catalog), ...buyLegs(part, catalog)];
  });
}

/** Recorded, and charged only where a rate says so; no rate of this version of the model does. */
const NO_MONEY: ReadonlySet<string> = new Set(['blocked', 'converted', 'lookup']);

function chargeable(facts: readonly Fact[]): Fact[] {
  return facts.filter(({ direction, event }) => direction === 'mt' && !NO_MONEY.has(event));
}

function readPart({ messageId, part, facts }: PartFacts, knownAt: number): Part | null {
  const events = chargeable(facts);
  const life = [...events].sort(byLife);
  const subject = subjectOf(life);
  if (subject === null) return null;
  return { messageId, part, subject, life, attempts: attemptsOf(events), knownAt };
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
  { messageId, part, subject, life, attempts, knownAt }: Part,
  siblings: readonly (AttemptFacts[] | null)[],
  catalog: OracleCatalog,
): (LegQuestion | LegVerdict)[] {
  const billingTime = sellTimeOf(life, subject);
  return subject.chain.map((payer, index) => {
    const payee = subject.chain[index + 1] ?? OPERATOR;
    const leg = { messageId, part, side: 'sell' as const, attempt: 0, payer, payee, billingTime };
    const account = catalog.accounts.get(payer);
    const plan = planOf(account, catalog);
    if (account === undefined || plan === null) {
      const reason = account === undefined ? 'unknown_account' : 'no_plan';
      return unrated(leg, reason, sellOutcome('submit', attempts) !== 'released', 'without a plan');
    }
    const outcome = (basis: ChargeBasis): ReturnType<typeof sellOutcome> => sellOutcome(basis, attempts);
    return {
      leg,
      subject,
      terms: plan,
      asked: {
        cards: cardsToAsk(account, plan, subject, catalog),
        key: matchKeyOf(subject, subject.routeGrade),
        parts: subject.parts,
        part,
        billingTime,
        knownAt,
        plan: { id: plan.id, version: plan.version },
        accountCurrency: account.currency,
        timeZone: account.timeZone,
        fx: plan.fx,
        withoutCard: 'no_card_for_class',
      },
      outcome,
      messageOutcome: (basis) =>
        together(siblings.map((sibling) => (sibling === null ? 'open' : sellOutcome(basis, sibling)))),
    };
  });
}

/** One for every attempt that names who carried it. */
function buyLegs({ messageId, part, subject, attempts, knownAt }: Part, catalog: OracleCatalog): LegQuestion[] {
  const legs: LegQuestion[] = [];
  for (const attempt of attempts) {
    const ordered = [...attempt.facts].sort(byLife);
    const told = <T>(tell: (fact: Fact) => T | null): T | null => ordered.map(tell).find((it) => it !== null) ?? null;
    const connection = catalog.connections.get(told((fact) => fact.connection) ?? '');
    const supplierId = told((fact) => fact.supplier) ?? connection?.supplierId;
    if (supplierId === undefined) continue;
    const supplier = catalog.suppliers.get(supplierId);
    const submitted = told((fact) => fact.submitted);
    const billingTime = submitted ?? sellTimeOf(ordered, subject);
    const card = catalog.cards.get(connection?.buyCardId ?? supplier?.buyCardId ?? '');
    const outcome = (basis: ChargeBasis): ReturnType<typeof buyOutcome> => buyOutcome(basis, attempt);
    legs.push({
      leg: {
        messageId,
        part,
        side: 'buy',
        attempt: attempt.number,
        payer: OPERATOR,
        payee: supplier?.id ?? '',
        billingTime,
      },
      subject,
      terms: null,
      asked: {
        cards: card === undefined ? [] : [card],
        key: matchKeyOf(subject, connection?.routeGrade ?? told((fact) => fact.routeGrade)),
        parts: subject.parts,
        part,
        billingTime,
        knownAt,
        plan: null,
        accountCurrency: supplier?.currency ?? card?.currency ?? '',
        timeZone: 'UTC',
        fx: null,
        withoutCard: supplier === undefined ? 'supplier_unknown' : 'no_buy_card',
      },
      outcome,
      messageOutcome: outcome,
    });
  }
  return legs;
}
