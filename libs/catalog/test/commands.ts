import {
  addConnectionBody,
  addSupplierBody,
  changeAccountBody,
  changePlanBody,
  changeRateCardBody,
  changeRateGroupBody,
  configureSourceBody,
  createPlanBody,
  createRateCardBody,
  createRateGroupBody,
  issueApiKeyBody,
  issueNoticesBody,
  openAccountBody,
  publishFxRatesBody,
  type CatalogCommand,
} from '../src/index.js';

/** Commands as the HTTP side builds them: bodies go through their schema, so defaults are those of production. */
export const open = (id: string, body: object = {}): CatalogCommand => ({
  type: 'OpenAccount',
  id,
  body: openAccountBody.parse({ name: id, ...body }),
});
export const change = (id: string, body: object): CatalogCommand => ({
  type: 'ChangeAccount',
  id,
  body: changeAccountBody.parse(body),
});
export const close = (id: string): CatalogCommand => ({ type: 'CloseAccount', id });
export const card = (id: string, body: object = {}): CatalogCommand => ({
  type: 'CreateRateCard',
  id,
  body: createRateCardBody.parse({ name: id, side: 'sell', ...body }),
});
export const changeCard = (id: string, body: object): CatalogCommand => ({
  type: 'ChangeRateCard',
  id,
  body: changeRateCardBody.parse(body),
});
export const plan = (id: string, cards: string[], body: object = {}): CatalogCommand => ({
  type: 'CreatePlan',
  id,
  body: createPlanBody.parse({ name: id, bindings: cards.map((cardId) => ({ cardId })), ...body }),
});
export const changePlan = (id: string, body: object): CatalogCommand => ({
  type: 'ChangePlan',
  id,
  body: changePlanBody.parse(body),
});
export const supplier = (id: string, body: object = {}): CatalogCommand => ({
  type: 'AddSupplier',
  id,
  body: addSupplierBody.parse({ name: id, ...body }),
});
export const connection = (id: string, supplierId: string, body: object = {}): CatalogCommand => ({
  type: 'AddConnection',
  id,
  body: addConnectionBody.parse({ supplierId, ...body }),
});
export const source = (id: string, body: object = {}): CatalogCommand => ({
  type: 'ConfigureSource',
  id,
  body: configureSourceBody.parse({ format: 'canonical-json', identity: 'gateway-id', ...body }),
});
export const key = (id: string, body: object = {}, issuer: string | null = null): CatalogCommand => ({
  type: 'IssueApiKey',
  id,
  issuer,
  hash: id.padEnd(64, '0').replace(/[^0-9a-f]/g, '0'),
  body: issueApiKeyBody.parse({ name: id, permissions: ['read'], ...body }),
});
export const publish = (
  id: string,
  version: number,
  body: Partial<Extract<CatalogCommand, { type: 'PublishRates' }>> = {},
): CatalogCommand => ({
  type: 'PublishRates',
  id,
  version,
  effectiveFrom: null,
  backdated: false,
  rowSet: { rows: 1, chunks: 1, sha256: 'a'.repeat(64) },
  ...body,
});
export const group = (id: string, planId: string, body: object = {}): CatalogCommand => ({
  type: 'CreateRateGroup',
  id,
  body: createRateGroupBody.parse({ name: id, planId, ...body }),
});
export const changeGroup = (id: string, body: object): CatalogCommand => ({
  type: 'ChangeRateGroup',
  id,
  body: changeRateGroupBody.parse(body),
});
export const fxRates = (source: string, days: object[], base = 'EUR'): CatalogCommand => ({
  type: 'PublishFxRates',
  id: source,
  body: publishFxRatesBody.parse({ base, days }),
});
const CHANGES = { new: 1, increase: 0, decrease: 0, changed: 0, unchanged: 0, withdrawn: 0 };
export const notices = (cardId: string, version: number, ...accounts: string[]): CatalogCommand =>
  noticesOf({ cardId, version }, ...accounts);
/** A notice as its fields say. */
export const noticesOf = (fields: object, ...accounts: string[]): CatalogCommand => ({
  type: 'IssueNotices',
  id: 'run',
  body: issueNoticesBody.parse({
    notices: accounts.map((accountId) => ({
      ...{ id: `run-${accountId}`, accountId, kind: 'prices', effectiveFrom: 7, changes: CHANGES },
      ...fields,
    })),
  }),
});
