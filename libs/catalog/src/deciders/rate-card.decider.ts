import type { Micros, RateCard, RateCardVersion } from '../model.js';
import type { CommandOf } from './command.js';
import { checkCurrency } from './currency.js';
import {
  accept,
  exists,
  Faults,
  isOperator,
  merged,
  notFound,
  refuse,
  sameContent,
  sees,
  type Decision,
  type DecisionContext,
} from './decision.js';
import { checkDerivation, checkFx } from './card-terms.js';
import { checkOwner } from './owner.js';

/** Creates a card. Its side, service, currency and owner are for ever. */
export function createRateCard({ id, body }: CommandOf<'CreateRateCard'>, context: DecisionContext): Decision {
  const { view, authority, settings } = context;
  if (view.cards.has(id)) return exists('rate card', id);
  const owner = body.owner === undefined && !isOperator(authority) ? authority.scope : (body.owner ?? null);
  const faults = new Faults();
  checkCurrency(faults, body.currency);
  checkOwner(faults, owner, context);
  if (body.side === 'buy' && owner !== null) {
    faults.add('side', 'reseller_buy_card', "a reseller's buy card is the sell card of the account above it");
  }
  const card: RateCard = { ...body, id, owner, currency: body.currency ?? settings.currency };
  checkFx(faults, card);
  checkDerivation(faults, card, context);
  return faults.orAccept({ aggregate: 'rate-card', aggregateId: id, type: 'RateCardCreated', data: card });
}

/** Changes name and terms; they count for what is rated from here on. */
export function changeRateCard({ id, body }: CommandOf<'ChangeRateCard'>, context: DecisionContext): Decision {
  const before = context.view.cards.get(id);
  if (before === undefined || !sees(context, before.owner)) return notFound('rate card', id);
  const faults = new Faults();
  faults.immutable('id', before.id, body.id);
  faults.immutable('owner', before.owner ?? null, body.owner);
  faults.immutable('side', before.side, body.side);
  faults.immutable('service', before.service, body.service);
  faults.immutable('currency', before.currency, body.currency);
  const card = merged(before, body);
  if (!sameContent(card.fx, before.fx)) checkFx(faults, card);
  if (!sameContent(card.derivation, before.derivation)) checkDerivation(faults, card, context);
  if (sameContent(card, before)) return faults.orAccept();
  return faults.orAccept({ aggregate: 'rate-card', aggregateId: id, type: 'RateCardChanged', data: card });
}

/** The number that the next version of a card will have. */
export function nextRateVersion(context: Pick<DecisionContext, 'view'>, cardId: string): number {
  return context.view.everyVersion(cardId).length + 1;
}

/** Publishes a version: immutable from here on. */
export function publishRates(command: CommandOf<'PublishRates'>, context: DecisionContext): Decision {
  const { view, now } = context;
  const { id, version, rowSet } = command;
  const card = view.cards.get(id);
  if (card === undefined || !sees(context, card.owner)) return notFound('rate card', id);
  const next = nextRateVersion(context, id);
  if (version !== next) return refuse('conflict', 'version', 'version_taken', `the next version of "${id}" is ${next}`);
  const effectiveFrom = command.effectiveFrom ?? now;
  const faults = new Faults();
  if (effectiveFrom < now && !command.backdated) {
    faults.add('effectiveFrom', 'in_the_past', 'lies in the past; say backdated=true if that is meant');
  }
  if (rowSet.rows < 1) faults.add('', 'no_rows', 'a version has at least one rate');
  const withdrawn = checkScheduled(faults, command.insteadOf ?? null, view.everyVersion(id), now);
  const published: RateCardVersion = {
    cardId: id,
    version,
    effectiveFrom,
    knownAt: now,
    supersedes: inForce(
      view.versions(id).filter((one) => one.version !== withdrawn),
      effectiveFrom,
    ),
    withdrawnAt: null,
    ...rowSet,
  };
  const publication = {
    aggregate: 'rate-card',
    aggregateId: id,
    type: 'RateCardVersionPublished',
    data: published,
  } as const;
  if (withdrawn === null) return faults.orAccept(publication);
  const withdrawal = { cardId: id, version: withdrawn, withdrawnAt: now };
  return faults.orAccept(
    { aggregate: 'rate-card', aggregateId: id, type: 'RateCardVersionWithdrawn', data: withdrawal },
    publication,
  );
}

/** Only what has not taken effect can be taken back without a trace in prices; null where nothing is. */
function checkScheduled(
  faults: Faults,
  version: number | null,
  versions: readonly RateCardVersion[],
  now: Micros,
): number | null {
  if (version === null) return null;
  const found = versions.find((one) => one.version === version);
  if (found === undefined) faults.add('insteadOf', 'not_found', `there is no version ${version}`);
  else if (found.withdrawnAt !== null) faults.add('insteadOf', 'withdrawn', `version ${version} is withdrawn already`);
  else if (found.effectiveFrom <= now)
    faults.add('insteadOf', 'in_force', `version ${version} has taken effect already`);
  return version;
}

/** Withdraws a version: it prices nothing that is rated from here on; what it priced stays. */
export function withdrawRates({ id, version }: CommandOf<'WithdrawRates'>, context: DecisionContext): Decision {
  const { view, now } = context;
  const card = view.cards.get(id);
  if (card === undefined || !sees(context, card.owner)) return notFound('rate card', id);
  const found = view.everyVersion(id).find((one) => one.version === version);
  if (found === undefined) return notFound('version', `${id}/${version}`);
  if (found.withdrawnAt !== null) return accept();
  const data = { cardId: id, version, withdrawnAt: now };
  return accept({ aggregate: 'rate-card', aggregateId: id, type: 'RateCardVersionWithdrawn', data });
}

/** The version that is in force at an instant, and that a new one replaces there: latest effective, then latest published. */
export function inForce(versions: readonly RateCardVersion[], at: Micros): number | null {
  let found: RateCardVersion | null = null;
  for (const one of versions) {
    if (one.effectiveFrom <= at && (found === null || one.effectiveFrom >= found.effectiveFrom)) found = one;
  }
  return found?.version ?? null;
}
