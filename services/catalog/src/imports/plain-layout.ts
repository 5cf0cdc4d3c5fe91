import { sheetMappingSchema, type SheetMapping } from '@ratestream/rate-sheets';

/** The layout of rates that no sheet brought: the columns that an upload of rates has. */
export function plainLayout(currency: string): SheetMapping {
  return sheetMappingSchema.parse({
    country: { column: 'country' },
    mcc: 'mcc',
    mnc: 'mnc',
    mncPadding: 'none',
    prefix: 'prefix',
    trafficClass: { column: 'traffic_class' },
    unit: { column: 'unit' },
    price: { column: 'price' },
    currency: { fixed: currency },
    blankDestination: 'default',
  });
}
