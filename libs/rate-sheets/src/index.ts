export { scopeOf, sheetMappingSchema } from './mapping.js';
export type { SheetMapping, SheetMappingInput, SheetScope } from './mapping.js';
export { SheetError } from './model.js';
export type {
  CellFault,
  ChangeKind,
  Finding,
  MarginLoss,
  MncPadding,
  RateChange,
  RowVerdict,
  SheetRow,
} from './model.js';
export { NetworkList, knownNetworks } from './networks.js';
export type { Network } from './networks.js';
export { detectPadding, resolveMnc } from './mnc-padding.js';
export type { PaddingEvidence } from './mnc-padding.js';
export { readSheet } from './read/read-sheet.js';
export type { SheetFormat, SheetReading } from './read/read-sheet.js';
export { SHEET_LIMITS } from './read/limits.js';
export type { SheetLimits } from './read/limits.js';
export { JUMP_PERCENT, SheetAnalysis } from './analysis.js';
export type { AnalysisBatch, AnalysisOptions, AnalysisSummary } from './analysis.js';
export { diffRates, keptRates, nextRates, percentOf } from './compare/diff.js';
export type { ImportMode } from './compare/diff.js';
export type { Labels } from './compare/labels.js';
export { RateIndex } from './compare/rate-index.js';
export { marginLosses } from './compare/margin.js';
export type { CardRates } from './compare/margin.js';
export { deriveRates } from './derive/derive-rates.js';
export type { DerivedRates, DeriveOptions } from './derive/derive-rates.js';
export { roundTo } from './derive/rounding.js';
export type { Fraction } from './derive/rounding.js';
export { findTies } from './rows/ties.js';
export type { Tie } from './rows/ties.js';
export { sheetWriter } from './write/sheet-cells.js';
export type { SheetWriter, WriterOptions } from './write/sheet-cells.js';
export { writeCsv } from './write/csv.js';
export { writeXlsx } from './write/xlsx.js';
export { writeTable } from './write/table.js';
export type { Table } from './write/table.js';
