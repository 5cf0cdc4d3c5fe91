import type { RateRow } from '@ratestream/events';

/** What a rate may name besides its destination, in the usual order of precedence. */
export type Labels = Pick<RateRow, 'originCountry' | 'routeGrade' | 'trafficClass' | 'senderType'>;

const NAMED = { originCountry: 8, routeGrade: 4, trafficClass: 2, senderType: 1 } as const;
export const ALL_LABELS = 15;

/** Which of them a rate names, as bits; a larger number names an earlier dimension. */
export function maskOf({ originCountry, routeGrade, trafficClass, senderType }: Labels): number {
  return (
    (originCountry === null ? 0 : NAMED.originCountry) |
    (routeGrade === null ? 0 : NAMED.routeGrade) |
    (trafficClass === null ? 0 : NAMED.trafficClass) |
    (senderType === null ? 0 : NAMED.senderType)
  );
}

/** The values of some of them as one text. */
export function labelKey({ originCountry, routeGrade, trafficClass, senderType }: Labels, mask: number): string {
  if (mask === 0) return '';
  const part = (text: string | null, bit: number): string => ((mask & bit) === 0 ? '' : (text ?? ''));
  return `${part(originCountry, 8)}|${part(routeGrade, 4)}|${part(trafficClass, 2)}|${part(senderType, 1)}`;
}

/** What a message has that both rates can price; null where there is none. A message of unknown origin is never "any". */
export function joined(one: Labels, two: Labels): Labels | null {
  const originCountry = join(one.originCountry, two.originCountry);
  const routeGrade = join(one.routeGrade, two.routeGrade);
  const trafficClass = join(one.trafficClass, two.trafficClass);
  const senderType = join(one.senderType, two.senderType);
  if (originCountry === undefined || routeGrade === undefined || trafficClass === undefined || senderType === undefined)
    return null;
  return { originCountry, routeGrade, trafficClass, senderType };
}

function join(one: string | null, two: string | null): string | null | undefined {
  if (one === null || one === two) return two;
  return two === null ? one : undefined;
}
