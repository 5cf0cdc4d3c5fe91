/**
 * MCC and MNC are strings: 262-01 and 262-010 are two networks, and several countries mix both lengths.
 *
 * In      mcc and mnc as a gateway writes them; or both in one string with or without a hyphen
 * Out     { mcc, mnc } as written, mnc null where only the country is named; null when it is no such code
 * Never   pads or strips zeros: on which side a sheet pads is a property of the sheet (domain.md §2)
 * Example readNetwork('234', '10') → { mcc: '234', mnc: '10' }; readNetworkCode('310-410') → { mcc: '310', mnc: '410' }
 */
export function readNetwork(mcc: string | null, mnc: string | null): { mcc: string; mnc: string | null } | null {
  if (mcc === null || !/^\d{3}$/.test(mcc)) return null;
  if (mnc === null || mnc === '') return { mcc, mnc: null };
  return /^\d{2,3}$/.test(mnc) ? { mcc, mnc } : null;
}

/** Reads `26201`, `262-01` or `262/01`. */
export function readNetworkCode(code: string): { mcc: string; mnc: string | null } | null {
  const found = /^(\d{3})[-/ ]?(\d{2,3})?$/.exec(code);
  return found === null ? null : { mcc: found[1] as string, mnc: found[2] ?? null };
}
