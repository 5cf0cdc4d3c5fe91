import { openGuide } from '../guide/guide.js';
import { http, NAMES, startInstallation, stopInstallation } from '../guide/stack.js';
import { closeKafka } from '../guide/streams.js';
import { apiDocuments } from '../openapi/documents.js';
import { compareSuppliersAndMakeAnOffer } from './compare-suppliers-and-make-an-offer.chapter.js';
import { loadASuppliersSheet } from './load-a-suppliers-sheet.chapter.js';
import { scheduleAPriceIncrease } from './schedule-a-price-increase.chapter.js';
import { findOutWhatANewSheetDoesToMargin } from './find-out-what-a-new-sheet-does-to-margin.chapter.js';
import { sellInAnotherCurrency } from './sell-in-another-currency.chapter.js';

/** The how-to pages, each on its own accounts and cards, on one installation. */
describe('how to', () => {
  beforeAll(async () => {
    await startInstallation();
    const key = { name: 'second person', scope: 'operator', permissions: ['read', 'write'] };
    const { body } = await http().post<{ secret: string }>('/api/catalog/v1/api-keys', key);
    NAMES.set('SECOND_KEY', body.secret);
    await openGuide('how-to/README.md').follow('Before you begin');
  }, 300_000);
  afterAll(async () => {
    await closeKafka();
    await stopInstallation();
  }, 60_000);

  test('it begins as its README says', () => {
    expect(NAMES.get('URL')).toBeDefined();
  });

  loadASuppliersSheet();
  findOutWhatANewSheetDoesToMargin();
  scheduleAPriceIncrease();
  compareSuppliersAndMakeAnOffer();
  sellInAnotherCurrency();

  apiDocuments();
});
