import type { CellFault, MncPadding } from '../model.js';
import { excerpt } from '../model.js';
import { resolveMnc } from '../mnc-padding.js';
import { companyKey, type NetworkList } from '../networks.js';
import type { Draft } from './draft.js';

export interface Destination {
  country: string | null;
  mcc: string | null;
  mnc: string | null;
  prefix: string | null;
}

export interface Resolved {
  destinations: Destination[];
  faults: CellFault[];
  warnings: { code: string; message: string }[];
}

/** Turns the written destination of a draft into those that a rate matches on, once the sheet's padding is known. */
export function resolveDestinations(draft: Draft, padding: MncPadding, networks: NetworkList): Resolved {
  const resolved: Resolved = { destinations: [], faults: [], warnings: [] };
  if (draft.prefixes.length > 0) prefixes(draft, resolved);
  else if (draft.operator !== null) named(draft, draft.operator, networks, resolved);
  else if (draft.mcc !== null && draft.mncs !== null) listed(draft, draft.mcc, draft.mncs, padding, networks, resolved);
  else resolved.destinations.push({ country: draft.country, mcc: draft.mcc, mnc: null, prefix: null });
  if (draft.mcc !== null && draft.mncs === null && !networks.knowsMcc(draft.mcc))
    resolved.warnings.push({ code: 'unknown_network', message: `no network has the MCC ${draft.mcc}` });
  return resolved;
}

function prefixes(draft: Draft, resolved: Resolved): void {
  if (draft.mcc !== null) {
    resolved.faults.push(fault('prefix', 'prefix_with_network', 'a rate matches a prefix or a network, not both'));
    return;
  }
  for (const prefix of draft.prefixes) resolved.destinations.push({ country: null, mcc: null, mnc: null, prefix });
}

function named(draft: Draft, operator: string, networks: NetworkList, resolved: Resolved): void {
  const country = draft.country ?? '';
  const found = networks.named(country, operator);
  if (found.length === 0) {
    const message = `"${excerpt(operator)}" is no network of ${country} that is known; give it an alias`;
    resolved.faults.push(fault('operator', 'unknown_operator', message));
  }
  for (const { mcc, mnc } of found) resolved.destinations.push({ country, mcc, mnc, prefix: null });
}

function listed(
  draft: Draft,
  mcc: string,
  mncs: readonly string[],
  padding: MncPadding,
  networks: NetworkList,
  resolved: Resolved,
): void {
  for (const written of mncs) {
    const mnc = resolveMnc(mcc, written, padding, networks);
    if ('ambiguous' in mnc) {
      const byName = mnc.ambiguous.filter((one) => isCalled(networks, mcc, one, draft.operatorText));
      const [only] = byName;
      if (only === undefined || byName.length > 1) {
        const both = mnc.ambiguous.map((one) => `${mcc}-${one}`).join(' and ');
        resolved.faults.push(
          fault('mnc', 'ambiguous_network', `"${written}" is ${both}, and the name does not decide`),
        );
      } else resolved.destinations.push({ country: draft.country, mcc, mnc: only, prefix: null });
      continue;
    }
    resolved.destinations.push({ country: draft.country, mcc, mnc: mnc.mnc, prefix: null });
    if (!mnc.known)
      resolved.warnings.push({ code: 'unknown_network', message: `${mcc}-${mnc.mnc} is in no list of networks` });
    else warnOfCountry(draft.country, mcc, mnc.mnc, networks, resolved);
  }
}

function warnOfCountry(
  country: string | null,
  mcc: string,
  mnc: string,
  networks: NetworkList,
  resolved: Resolved,
): void {
  if (country === null) return;
  const countries = networks.countries(mcc, mnc);
  if (countries.size === 0 || countries.has(country) || networks.countries(mcc, null).has(country)) return;
  const list = [...countries].join(', ');
  resolved.warnings.push({
    code: 'country_contradicts_network',
    message: `${mcc}-${mnc} is a network of ${list}, not of ${country}`,
  });
}

function isCalled(networks: NetworkList, mcc: string, mnc: string, name: string | null): boolean {
  if (name === null || name === '') return false;
  const key = companyKey(name);
  return networks.find(mcc, mnc)?.names.some((one) => companyKey(one) === key) ?? false;
}

function fault(field: string, code: string, message: string): CellFault {
  return { column: null, field, code, message };
}
