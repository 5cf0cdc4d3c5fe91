import type { RateRow } from '@ratestream/events';
import { sheetMappingSchema, type SheetMapping, type SheetMappingInput } from '@ratestream/rate-sheets';

const MAX_SURCHARGES = 20;

/** The layout of rates that no sheet brought: the columns that an upload of rates has, and some for each surcharge. */
export function plainLayout(currency: string, rates: readonly RateRow[] = []): SheetMapping {
  const surcharges = surchargesOf(rates);
  return sheetMappingSchema.parse({
    country: { column: 'country' },
    mcc: 'mcc',
    mnc: 'mnc',
    mncPadding: 'none',
    prefix: 'prefix',
    trafficClass: { column: 'traffic_class' },
    senderType: { column: 'sender_type' },
    originCountry: { column: 'origin_country' },
    routeGrade: { column: 'route_grade' },
    priority: { column: 'priority' },
    unit: { column: 'unit' },
    price: { column: 'price', optional: surcharges.length > 0 },
    surcharges,
    currency: { fixed: currency },
    blankDestination: 'default',
  } satisfies SheetMappingInput);
}

function surchargesOf(rates: readonly RateRow[]): NonNullable<SheetMappingInput['surcharges']> {
  const found = new Map<string, NonNullable<SheetMappingInput['surcharges']>[number]>();
  for (const { surcharge: name, unit } of rates) {
    if (name === null || found.size >= MAX_SURCHARGES) continue;
    const column = unit === 'part' ? name : `${name} per ${unit}`;
    found.set(column, {
      name,
      column,
      unit,
      validFrom: { column: `${column} from` },
      validUntil: { column: `${column} until` },
    });
  }
  return [...found.values()];
}
