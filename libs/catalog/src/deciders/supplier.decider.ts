import type { Connection, Supplier } from '../model.js';
import type { CommandOf } from './command.js';
import { checkCurrency } from './currency.js';
import {
  exists,
  Faults,
  merged,
  notFound,
  operatorOnly,
  sameContent,
  type Decision,
  type DecisionContext,
} from './decision.js';

/** Suppliers and connections are the operator's; a tenant does not learn of them. */
export function addSupplier({ id, body }: CommandOf<'AddSupplier'>, context: DecisionContext): Decision {
  const refused = operatorOnly(context.authority);
  if (refused !== null) return refused;
  if (context.view.suppliers.has(id)) return exists('supplier', id);
  const faults = new Faults();
  checkCurrency(faults, body.currency);
  checkBuyCard(faults, body.buyCardId, context);
  const supplier: Supplier = { ...body, id, currency: body.currency ?? context.settings.currency };
  return faults.orAccept({ aggregate: 'supplier', aggregateId: id, type: 'SupplierAdded', data: supplier });
}

export function changeSupplier({ id, body }: CommandOf<'ChangeSupplier'>, context: DecisionContext): Decision {
  const refused = operatorOnly(context.authority);
  if (refused !== null) return refused;
  const before = context.view.suppliers.get(id);
  if (before === undefined) return notFound('supplier', id);
  const faults = new Faults();
  faults.immutable('id', before.id, body.id);
  faults.immutable('currency', before.currency, body.currency);
  const supplier = merged(before, body);
  checkBuyCard(faults, supplier.buyCardId, context);
  if (sameContent(supplier, before)) return faults.orAccept();
  return faults.orAccept({ aggregate: 'supplier', aggregateId: id, type: 'SupplierChanged', data: supplier });
}

export function addConnection({ id, body }: CommandOf<'AddConnection'>, context: DecisionContext): Decision {
  const refused = operatorOnly(context.authority);
  if (refused !== null) return refused;
  if (context.view.connections.has(id)) return exists('connection', id);
  const faults = new Faults();
  if (!context.view.suppliers.has(body.supplierId))
    faults.add('supplierId', 'unknown_supplier', `there is no supplier "${body.supplierId}"`);
  checkBuyCard(faults, body.buyCardId, context);
  const connection: Connection = { ...body, id };
  return faults.orAccept({ aggregate: 'connection', aggregateId: id, type: 'ConnectionAdded', data: connection });
}

export function changeConnection({ id, body }: CommandOf<'ChangeConnection'>, context: DecisionContext): Decision {
  const refused = operatorOnly(context.authority);
  if (refused !== null) return refused;
  const before = context.view.connections.get(id);
  if (before === undefined) return notFound('connection', id);
  const faults = new Faults();
  faults.immutable('id', before.id, body.id);
  faults.immutable(
    'supplierId',
    before.supplierId,
    body.supplierId,
    'never changes: money for its messages is owed to that supplier',
  );
  const connection = merged(before, body);
  checkBuyCard(faults, connection.buyCardId, context);
  if (sameContent(connection, before)) return faults.orAccept();
  return faults.orAccept({ aggregate: 'connection', aggregateId: id, type: 'ConnectionChanged', data: connection });
}

function checkBuyCard(faults: Faults, cardId: string | null, { view }: DecisionContext): void {
  if (cardId === null) return;
  const card = view.cards.get(cardId);
  if (card === undefined) faults.add('buyCardId', 'unknown_card', `there is no rate card "${cardId}"`);
  else if (card.side !== 'buy') faults.add('buyCardId', 'not_a_buy_card', `rate card "${cardId}" is a sell card`);
}
