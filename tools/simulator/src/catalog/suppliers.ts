import type { Connection, Supplier } from '@ratestream/catalog';
import type { PriceLists } from './price-lists.js';

/** Four suppliers on four bases, with connections that write message ids in every form. */
export function addSuppliers(
  lists: PriceLists,
  currency: string,
): { suppliers: Supplier[]; connections: Connection[] } {
  const supplier = (id: string, name: string): Supplier => ({
    id,
    name,
    currency,
    buyCardId: `buy-${id}`,
    legalEntity: null,
  });
  const connection = (
    id: string,
    supplierId: string,
    idFormat: Connection['idFormat'],
    buyCardId: string | null = null,
  ): Connection => ({ id, supplierId, idFormat, buyCardId, route: `${id}-route`, routeGrade: null });

  const atlas = { permille: 1000, withDefault: false, classes: { otp: 1100 } };
  lists.addCard('buy-atlas', 'Atlas list', 'buy', atlas, { basis: 'submit' });
  const premium = { permille: 1150, withDefault: false, classes: {} };
  lists.addCard('buy-atlas-premium', 'Atlas premium', 'buy', premium, { basis: 'submit', partRule: 'computed8' });
  const borealis = { permille: 960, withDefault: false, classes: {} };
  lists.addCard('buy-borealis', 'Borealis list', 'buy', borealis, { basis: 'delivered' });
  const cirrus = { permille: 930, withDefault: false, classes: { promotional: 900 } };
  lists.addCard('buy-cirrus', 'Cirrus list', 'buy', cirrus, { basis: 'final_not_rejected' });
  const delta = { permille: 1080, withDefault: true, classes: {} };
  lists.addCard('buy-delta', 'Delta worldwide', 'buy', delta, {
    basis: 'accept',
    networkEvidence: ['range', 'reported'],
  });

  return {
    suppliers: [
      supplier('atlas', 'Atlas Carrier'),
      supplier('borealis', 'Borealis Mobile'),
      supplier('cirrus', 'Cirrus Wholesale'),
      supplier('delta', 'Delta Hub'),
    ],
    connections: [
      connection('atlas-1', 'atlas', 'dec'),
      connection('atlas-2', 'atlas', 'hex', 'buy-atlas-premium'),
      connection('borealis-1', 'borealis', 'string'),
      connection('cirrus-1', 'cirrus', null),
      connection('delta-1', 'delta', 'hex'),
    ],
  };
}
