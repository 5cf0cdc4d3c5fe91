import type { Fx, Leg } from '@ratestream/events';
import { Exact, fromNano } from './amount.js';
import type { FxEvidence } from './exchange.js';
import type { LegPrice, ReportedVerdict } from './verdict.js';

/** Where the amount of a leg is from, in `rated` against the oracle: what differs, in words; null: nothing does. */
export function comparePrice(expected: LegPrice, actual: Leg): string | null {
  return (
    different('rate', rateOf(actual), `${expected.cardId} v${expected.version} ${expected.rateId}`) ??
    different('plan', planOf(actual.plan), planOf(expected.plan)) ??
    different('components', componentsOf(actual), expectedComponents(expected)) ??
    different('account currency', actual.accountCurrency, expected.accountCurrency)
  );
}

/** The evidence of the conversion, all of it. */
export function compareFx(expected: LegPrice, actual: Leg): string | null {
  return different('fx', fxOf(actual.fx, expected.fx), expectedFx(expected.fx));
}

/** A hold posts nothing, so it need not say what that is in another currency. */
export function compareReporting(expected: ReportedVerdict | null, { action, reporting }: Leg): string | null {
  if (action === 'hold') return null;
  const must = expected?.fx ?? null;
  return different('reporting fx', fxOf(reporting?.fx ?? null, must), expectedFx(must));
}

function different(what: string, actual: string, expected: string): string | null {
  return actual === expected ? null : `${what} ${actual}, must be ${expected}`;
}

function rateOf({ rate }: Leg): string {
  return rate === null ? 'none' : `${rate.cardId} v${rate.version} ${rate.rateId}`;
}

function planOf(plan: { id: string; version: number } | null): string {
  return plan === null ? 'none' : `${plan.id} v${plan.version}`;
}

function componentsOf({ components, rate }: Leg): string {
  return lines(
    components
      .filter(({ amount }) => amount !== 0n)
      .map(({ kind, name, rateId, quantity, unitPrice, amount }) =>
        line(
          kind === 'usage' ? null : name,
          rateId ?? rate?.rateId ?? '',
          quantity,
          fromNano(unitPrice),
          fromNano(amount),
        ),
      ),
  );
}

function expectedComponents({ components }: LegPrice): string {
  return lines(
    components.map(({ surcharge, rateId, quantity, unitPrice, amount }) =>
      line(surcharge, rateId, quantity, unitPrice, amount),
    ),
  );
}

function line(surcharge: string | null, rateId: string, quantity: number, unitPrice: Exact, amount: Exact): string {
  return `${surcharge ?? 'usage'} (${rateId}) ${quantity} × ${unitPrice.toFixed()} = ${amount.toFixed()}`;
}

function lines(of: readonly string[]): string {
  return of.length === 0 ? 'none' : [...of].sort().join(' + ');
}

/** As text with numbers in one form. What the rules leave open of an agreed rate (date, source, figures) is not told. */
export function fxOf(fx: Fx | null, expected: FxEvidence | null): string {
  if (fx === null) return 'none';
  const isAgreed = expected?.rule === 'fixed';
  const figures = isAgreed ? {} : { fromPerBase: fx.fromPerBase, toPerBase: fx.toPerBase };
  return fxText({
    ...fx,
    rule: fx.rule as FxEvidence['rule'],
    rate: isAgreed ? asShown(fx.rate, expected.rate) : new Exact(fx.rate),
    rateDate: expected?.rateDate === null ? null : fx.rateDate,
    source: isAgreed ? expected.source : fx.source,
    base: isAgreed ? null : fx.base,
    fromPerBase: exactOrNull(figures.fromPerBase ?? null),
    toPerBase: exactOrNull(figures.toPerBase ?? null),
    spreadPercent: exactOrNull(fx.spreadPercent),
  });
}

export function expectedFx(fx: FxEvidence | null): string {
  return fx === null ? 'none' : fxText(fx);
}

function fxText(fx: FxEvidence): string {
  const figures = [fx.rate, fx.fromPerBase, fx.toPerBase, fx.spreadPercent].map((figure) => figure?.toFixed() ?? '–');
  return [
    `${fx.from}/${fx.to}`,
    ...figures,
    fx.base ?? '–',
    fx.rateDate ?? '–',
    fx.source,
    fx.rule,
    fx.provisional ? 'provisional' : 'final',
  ].join(' ');
}

/** The inverse of an agreed rate may have no end; it is compared by its first digits. */
function asShown(rate: string, expected: Exact): Exact {
  return new Exact(rate).toSignificantDigits(Math.max(12, expected.precision()), Exact.ROUND_HALF_EVEN);
}

function exactOrNull(text: string | null): Exact | null {
  return text === null ? null : new Exact(text);
}
