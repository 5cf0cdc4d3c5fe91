import type { Micros } from '@ratestream/catalog';
import type { GeneratedCatalog } from '../catalog/generated-catalog.js';
import { scalePrice } from '../catalog/price.js';
import { sheetCsv } from '../catalog/rate-sheets.js';
import type { HttpClient } from './http-client.js';

/** The card whose prices change while somebody watches. */
export const WATCHED_CARD = 'sell-retail';
const RISE_PERMILLE = 1060;

export interface PriceChange {
  version: number;
  /** Six percent up from the list, or back to it. */
  dearer: boolean;
  effectiveFrom: Micros;
}

/** Publishes a version of the retail card that goes live by itself at an instant: dearer and as before by turns. */
export async function schedulePriceChange(
  http: HttpClient,
  catalog: GeneratedCatalog,
  effectiveFrom: Micros,
): Promise<PriceChange> {
  const list = catalog.cards.find(({ card }) => card.id === WATCHED_CARD)?.versions[0]?.rows ?? [];
  const path = `/api/catalog/v1/rate-cards/${WATCHED_CARD}`;
  const { versionCount } = await http.get<{ versionCount: number }>(path);
  const dearer = versionCount % 2 === 0;
  const rows = dearer ? list.map((row) => ({ ...row, price: scalePrice(row.price, RISE_PERMILLE) })) : list;
  const version = versionCount + 1;
  const query = new URLSearchParams({
    effectiveFrom: new Date(effectiveFrom / 1000).toISOString(),
    // Customers pay by it, and nobody watches for a week.
    waiveNotice: 'somebody watches the demo',
  });
  await http.postText(
    `${path}/versions?${String(query)}`,
    'text/csv',
    sheetCsv(rows),
    `simulator-${catalog.seed}-${WATCHED_CARD}-change-${version}`,
  );
  return { version, dearer, effectiveFrom };
}
