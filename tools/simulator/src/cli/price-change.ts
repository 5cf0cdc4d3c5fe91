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
  const path = `/api/catalog/v1/rate-cards/${WATCHED_CARD}/versions`;
  const { items } = await http.get<{ items: { version: number }[] }>(path);
  const dearer = items.length % 2 === 0;
  const rows = dearer ? list.map((row) => ({ ...row, price: scalePrice(row.price, RISE_PERMILLE) })) : list;
  const version = items.length + 1;
  await http.postText(
    `${path}?effectiveFrom=${encodeURIComponent(new Date(effectiveFrom / 1000).toISOString())}`,
    'text/csv',
    sheetCsv(rows),
    `simulator-${catalog.seed}-${WATCHED_CARD}-change-${version}`,
  );
  return { version, dearer, effectiveFrom };
}
