import type { Cell } from '@ratestream/clickhouse';
import type { Fx, Leg } from '@ratestream/events';
import { applyFx, unapplyFx } from '@ratestream/fx';
import { formatMoney } from '@ratestream/money';
import type { Nano } from '@ratestream/money';

/** Evidence of the conversion and the reporting amounts of a leg, in the order of the columns `fx_rate` … `reporting_rate_date`. */
export function currencyCells(leg: Leg): Cell[] {
  const { reporting } = leg;
  return [
    ...evidenceCells(leg.fx),
    formatMoney(reporting?.amount ?? leg.amount),
    reporting?.currency ?? leg.currency,
    formatMoney(reportingHeld(leg, leg.heldAmount)),
    formatMoney(reportingHeld(leg, leg.heldAmountFreed)),
    reporting?.fx.rate ?? '',
    reporting?.fx.rateDate ?? '',
  ];
}

export const NO_CURRENCY_CELLS: readonly Cell[] = [...evidenceCells(null), '0', '', '0', '0', '', ''];

/**
 * What is held is in the account's currency: back to the card's by the leg's own evidence, then on. A hold and what frees
 * it carry the same evidence, so they cancel to the last place. An expectation, good to a nano-unit; it moves no money.
 */
function reportingHeld({ fx, reporting }: Leg, held: Nano): Nano {
  if (held === 0n) return 0n;
  const onCard = fx === null ? held : unapplyFx(held, fx);
  return reporting === null ? onCard : applyFx(onCard, reporting.fx);
}

function evidenceCells(fx: Fx | null): Cell[] {
  if (fx === null) return ['', '', '', '', '', '', '', '', false];
  const { rate, rateDate, source, rule, base, fromPerBase, toPerBase, spreadPercent, provisional } = fx;
  return [
    rate,
    rateDate,
    source,
    rule,
    base ?? '',
    fromPerBase ?? '',
    toPerBase ?? '',
    spreadPercent ?? '',
    provisional,
  ];
}
