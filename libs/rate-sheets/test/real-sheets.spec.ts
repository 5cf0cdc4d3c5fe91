import { parseInstant } from '@ratestream/catalog';
import { needs, NO_SAMPLES, sampleData } from '@ratestream/testing/needs';
import { importSheet } from './import-sheet.js';
import { realSheets } from './real-sheets.js';

const folder = sampleData('rates');

needs(folder, NO_SAMPLES)(
  'every real sheet imports; every row has a verdict and every refused row its reasons',
  async () => {
    for (const sheet of realSheets(folder ?? '')) {
      const { verdicts, rates, summary } = await importSheet(sheet.read(), sheet.mapping, {
        currency: 'USD',
        effectiveFrom: sheet.effectiveFrom === null ? null : parseInstant(sheet.effectiveFrom),
      });
      expect([sheet.name, verdicts.length]).toEqual([sheet.name, summary.rowsIn]);
      expect(summary.accepted + summary.refused).toBe(summary.rowsIn);
      expect(verdicts.filter(({ verdict, faults }) => (verdict === 'refused') !== faults.length > 0)).toEqual([]);
      expect(new Set(rates.map(({ rateId }) => rateId)).size).toBe(rates.length);
      expect(summary.accepted).toBeGreaterThan(0);
    }
  },
);
