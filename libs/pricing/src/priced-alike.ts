import type { NetworkRef } from '@ratestream/events';
import type { Subject } from './subject.js';

/**
 * Two states of one subject that every card prices the same at the same billing time and route grade: a sale has the grade that
 * opened the message, each purchase its own.
 */
export function pricedAlike(a: Subject, b: Subject): boolean {
  return (
    a.account === b.account &&
    a.trafficClass === b.trafficClass &&
    a.senderType === b.senderType &&
    a.originCountry === b.originCountry &&
    a.country === b.country &&
    a.recipientPrefix === b.recipientPrefix &&
    a.parts.reported === b.parts.reported &&
    a.parts.computed8 === b.parts.computed8 &&
    a.parts.computed16 === b.parts.computed16 &&
    sameNetwork(a.network.reported, b.network.reported) &&
    sameNetwork(a.network.ported, b.network.ported) &&
    sameNetwork(a.network.range, b.network.range)
  );
}

function sameNetwork(a: NetworkRef | null, b: NetworkRef | null): boolean {
  if (a === b) return true;
  return a !== null && b !== null && a.mcc === b.mcc && a.mnc === b.mnc && a.country === b.country;
}
