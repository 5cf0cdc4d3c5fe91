import { decide, type DecisionContext, type Fault, type FxDay } from '@ratestream/catalog';
import { ECB, type EcbHistory, type LineFault } from '@ratestream/fx';

/**
 * Leaves out the days of a file that the catalog would refuse, each with its line: one such day would keep all
 * others of the file from counting.
 *
 * Out     days that can be published, and every fault of the file in order of its lines. A refusal that is of no day is
 *         the publication's to meet
 */
export function screenHistory(
  { days, faults, lines }: EcbHistory,
  context: DecisionContext,
): { days: FxDay[]; faults: LineFault[] } {
  const refused = new Map<FxDay, LineFault[]>();
  const decision = decide({ type: 'PublishFxRates', id: ECB.source, body: { base: ECB.base, days } }, context);
  for (const fault of decision.outcome === 'accepted' ? [] : decision.faults) {
    const { day, column } = placeOf(fault, days);
    if (day === undefined) continue;
    const known = refused.get(day) ?? [];
    refused.set(day, [...known, { line: lines.get(day.date) ?? 0, column, message: fault.message }]);
  }
  const all = [...faults, ...[...refused.values()].flat()];
  return { days: days.filter((day) => !refused.has(day)), faults: all.sort((a, b) => a.line - b.line) };
}

/** A fault's field is `days/3/publishedAt` or `days/3/rates/USD`. */
function placeOf({ field }: Fault, days: readonly FxDay[]): { day: FxDay | undefined; column: string } {
  const [, index = '', what, currency] = /^days\/(\d+)\/(\w+)(?:\/(\w+))?$/.exec(field) ?? [];
  return { day: days[Number(index || -1)], column: what === 'rates' && currency !== undefined ? currency : 'Date' };
}
