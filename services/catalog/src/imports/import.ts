import type { Derivation } from '@ratestream/catalog';
import type { Fx } from '@ratestream/events';
import type { AnalysisSummary, ChangeKind, ImportMode, SheetFormat, SheetMapping } from '@ratestream/rate-sheets';

/** Where the rates of an import come from. */
export type ImportSource = 'sheet' | 'bulk' | 'derived' | 'offer';
export type ImportStatus = 'reading' | 'staged' | 'approved' | 'discarded' | 'failed';

/** Why a sheet could not be read as a whole. */
export interface ImportFault {
  code: string;
  message: string;
  row: number | null;
  column: string | null;
}

/** What an approver reads first. */
export interface ImportSummary extends Omit<AnalysisSummary, 'effectiveFrom'> {
  diff: Record<ChangeKind, number>;
  margin: {
    losses: number;
    already: number;
    cardsCompared: number;
    cardsLeftOut: string[];
    /** What the losses would have cost on the traffic of the last days, `cut`: at least; null: that is not known. */
    traffic: { days: number; lost: { currency: string; amount: string }[]; cut: boolean } | null;
  };
  /** Rates of the version that an approval would publish. */
  nextRates: number;
  tookMs: number;
}

/** What the rates of a derived card were computed from. */
export interface DerivedFrom {
  cardId: string;
  version: number;
  /** As they were then. */
  terms: Derivation;
  /** Evidence of the conversion; null: both cards have one currency. */
  fx: Fx | null;
}

/** A sheet with several effective dates is one import for each, decided in their order. */
export interface ImportGroup {
  id: string;
  /** From 1. */
  place: number;
  of: number;
}

/** An uploaded sheet and what became of it. Instants are microseconds UTC. */
export interface RateImport {
  id: string;
  cardId: string;
  source: ImportSource;
  /** The bulk change that it is decided with, never by itself; null: it stands alone. */
  bulkId: string | null;
  derived: DerivedFrom | null;
  group: ImportGroup | null;
  status: ImportStatus;
  mode: ImportMode;
  mapping: SheetMapping;
  mappingId: string | null;
  mappingVersion: number | null;
  fileName: string | null;
  format: SheetFormat | null;
  bytes: number;
  sha256: string;
  effectiveFrom: number | null;
  baseVersion: number | null;
  uploadedBy: string;
  /** Keys that had a part in its rates besides: their persons do not approve it either. */
  madeBy: string[];
  uploadedAt: number;
  decidedBy: string | null;
  decidedAt: number | null;
  publishedVersion: number | null;
  rowsRead: number;
  summary: ImportSummary | null;
  fault: ImportFault | null;
}

/** Refused rows that the mapping wanted: what an A–Z replacement would withdraw without anybody meaning it. */
export function unwantedRefusals(
  { refused, refusedBy }: ImportSummary,
  group: Pick<ImportGroup, 'place' | 'of'> | null = null,
): number {
  // Of a sheet with several dates: what has its own import, and what an earlier one of it had.
  const later = group !== null && group.place < group.of ? (refusedBy['later_date'] ?? 0) : 0;
  const earlier = group !== null && group.place > 1 ? (refusedBy['superseded_in_sheet'] ?? 0) : 0;
  return refused - (refusedBy['not_wanted'] ?? 0) - later - earlier;
}
