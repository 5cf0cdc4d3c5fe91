import { DEFAULT_FX } from '@ratestream/catalog';
import type { Connection, Supplier } from '@ratestream/catalog';
import type { PriceLists } from './price-lists.js';

/**
 * Four suppliers on four bases, with connections that write message ids in every form. Of Borealis the card, of Cirrus card
 * and account are in another currency than the installation's; Delta asks dollars and is paid in pounds.
 */
export function addSuppliers(
  lists: PriceLists,
  currency: string,
): { suppliers: Supplier[]; connections: Connection[] } {
  const supplier = (id: string, name: string, paidIn = currency): Supplier => ({
    id,
    name,
    currency: paidIn,
    buyCardId: `buy-${id}`,
    legalEntity: null,
  });
  const connection = (
    id: string,
    supplierId: string,
    idFormat: Connection['idFormat'],
    { buyCardId = null, routeGrade = null }: Partial<Pick<Connection, 'buyCardId' | 'routeGrade'>> = {},
  ): Connection => ({ id, supplierId, idFormat, buyCardId, route: `${id}-route`, routeGrade });

  const atlas = { permille: 1000, withDefault: false, classes: { otp: 1080 }, surcharges: true };
  lists.addCard('buy-atlas', 'Atlas list', 'buy', atlas, { basis: 'submit' });
  const premium = { permille: 1050, withDefault: false, classes: {}, surcharges: true, grade: 'direct' };
  lists.addCard('buy-atlas-premium', 'Atlas premium', 'buy', premium, { basis: 'submit', partRule: 'computed8' });
  const borealis = { permille: 960, withDefault: false, classes: {}, surcharges: false };
  const spread = { ...DEFAULT_FX, spreadPercent: '0.25' };
  lists.addCard('buy-borealis', 'Borealis list', 'buy', borealis, { basis: 'delivered', currency: 'GBP', fx: spread });
  const cirrus = { permille: 930, withDefault: false, classes: { promotional: 950 }, surcharges: true };
  lists.addCard('buy-cirrus', 'Cirrus list', 'buy', cirrus, { basis: 'final_not_rejected', currency: 'USD' });
  const delta = { permille: 1040, withDefault: true, classes: {}, surcharges: false, silentOnUnknown: 'TR' };
  lists.addCard('buy-delta', 'Delta worldwide', 'buy', delta, {
    basis: 'accept',
    currency: 'USD',
    networkEvidence: ['range', 'reported'],
  });

  return {
    suppliers: [
      supplier('atlas', 'Atlas Carrier'),
      supplier('borealis', 'Borealis Mobile'),
      supplier('cirrus', 'Cirrus Wholesale', 'USD'),
      supplier('delta', 'Delta Hub', 'GBP'),
    ],
    connections: [
      connection('atlas-1', 'atlas', 'dec'),
      connection('atlas-2', 'atlas', 'hex', { buyCardId: 'buy-atlas-premium', routeGrade: 'direct' }),
      connection('borealis-1', 'borealis', 'string'),
      connection('cirrus-1', 'cirrus', null),
      connection('delta-1', 'delta', 'hex'),
    ],
  };
}
