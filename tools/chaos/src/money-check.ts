import { codecs } from '@ratestream/events';
import type { CatalogEvent, RateChunk } from '@ratestream/events';
import type { Kafka } from '@ratestream/kafka';
import { compare, explainDifference, Oracle, RatedFold, readCatalog } from '@ratestream/tool-oracle';
import type { OracleCatalog } from '@ratestream/tool-oracle';
import {
  addRated,
  addReported,
  addVerdict,
  asLedger,
  ledgerSums,
  warehouseCounts,
  warehouseReported,
  warehouseSums,
} from './books.js';
import { Coverage } from './coverage.js';
import type { Installation } from './installation.js';
import { Sums } from './sums.js';
import { readPartition, readTopic, WIRE_HEADER } from './topic-records.js';

export interface MoneyCheck {
  parts: number;
  legs: number;
  unrated: Record<string, number>;
  timeouts: number;
  duplicates: number;
  conflicts: number;
  ratedEvents: number;
  /** How many legs were priced by what. */
  pricedBy: Record<string, number>;
  /** By currency. */
  settledSell: string;
  settledBuy: string;
  heldSell: string;
  warehouseRows: number;
  /** Must be empty. */
  faults: string[];
}

const SHOWN = 20;
/** `CURRENCY` of the stack that chaos starts. */
const REPORTING = 'EUR';

/** Check (b): the oracle's money, `rated`, the ledger and ClickHouse are the same to the nano-unit, and nothing is doubled. */
export async function checkMoney(installation: Installation): Promise<MoneyCheck> {
  const { kafka, balance, clickhouse } = installation;
  const catalog = await loadCatalog(kafka);
  const must = new Sums();
  const inLedger = new Sums();
  const rated = new Sums();
  const reported = new Sums();
  const coverage = new Coverage(catalog);
  const check: MoneyCheck = {
    parts: 0,
    legs: 0,
    unrated: {},
    timeouts: 0,
    duplicates: 0,
    conflicts: 0,
    ratedEvents: 0,
    pricedBy: {},
    settledSell: '',
    settledBuy: '',
    heldSell: '',
    warehouseRows: 0,
    faults: [],
  };
  // A message's life lies in one partition, so one partition at a time is judged and forgotten.
  for (let partition = 0, count = await kafka.admin().partitions('usage'); partition < count; partition++) {
    const oracle = new Oracle();
    const fold = new RatedFold();
    await readPartition(kafka, 'usage', partition, ({ value }) => {
      if (value !== null) oracle.add(codecs.UsageEvent.decode(value, WIRE_HEADER));
    });
    await readPartition(kafka, 'rated', partition, ({ value }) => {
      if (value === null) return;
      const event = codecs.RatedEvent.decode(value, WIRE_HEADER);
      fold.add(event);
      addRated(rated, event);
      addReported(reported, event);
      check.ratedEvents++;
    });
    const result = oracle.judge(catalog, fold.timedOut());
    const differences = compare(result, fold);
    for (const difference of differences.slice(0, SHOWN)) check.faults.push(explainDifference(difference, oracle));
    if (differences.length > SHOWN)
      check.faults.push(`… and ${differences.length - SHOWN} more in partition ${partition}`);
    if (fold.repeated > 0) check.faults.push(`rated-${partition} holds ${fold.repeated} ratedIds twice`);
    for (const leg of result.legs.values()) {
      addVerdict(must, leg);
      coverage.add(leg);
    }
    for (const [name, amount] of asLedger(result.legs.values()).entries()) inLedger.add(name, amount);
    for (const [reason, legs] of result.unratedLegs) check.unrated[reason] = (check.unrated[reason] ?? 0) + legs;
    check.parts += result.parts;
    check.legs += result.legs.size;
    check.timeouts += fold.timers.length;
    check.duplicates += result.duplicates;
    check.conflicts += result.conflicts;
  }
  check.settledSell = must.byCurrency('settled sell');
  check.settledBuy = must.byCurrency('settled buy');
  check.heldSell = must.byCurrency('held sell');
  check.pricedBy = coverage.all;
  for (const name of coverage.missing()) check.faults.push(`no leg was priced by ${name}: the run has not seen it`);
  const counts = await warehouseCounts(clickhouse);
  check.warehouseRows = counts.rows;
  if (counts.doubled !== 0) check.faults.push(`ClickHouse holds ${counts.doubled} rows twice`);
  if (counts.events !== check.ratedEvents)
    check.faults.push(`ClickHouse knows ${counts.events} rated events of ${check.ratedEvents}`);
  check.faults.push(...must.differencesFrom(rated, 'must be', 'rated'));
  check.faults.push(...must.differencesFrom(await warehouseSums(clickhouse), 'must be', 'ClickHouse'));
  check.faults.push(...reported.differencesFrom(await warehouseReported(clickhouse), 'rated', 'ClickHouse'));
  check.faults.push(...inLedger.differencesFrom(await ledgerSums(balance), 'must be', 'ledger'));
  return check;
}

async function loadCatalog(kafka: Kafka): Promise<OracleCatalog> {
  const events: CatalogEvent[] = [];
  const chunks: RateChunk[] = [];
  await readTopic(kafka, 'catalog', ({ value }) => {
    if (value !== null) events.push(codecs.CatalogEvent.decode(value, WIRE_HEADER));
  });
  await readTopic(kafka, 'catalog.rates', ({ value }) => {
    if (value !== null) chunks.push(codecs.RateChunk.decode(value, WIRE_HEADER));
  });
  return { ...readCatalog(events, chunks), reportingCurrency: REPORTING };
}
