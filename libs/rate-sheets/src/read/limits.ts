/** What a sheet may cost, whatever it says of itself. */
export interface SheetLimits {
  maxRows: number;
  /** Longest cell; a workbook cannot hold more than 32 767 characters in one. */
  maxCellChars: number;
  /** Bytes of one part of a workbook when unpacked. */
  maxUnpackedBytes: number;
}

export const SHEET_LIMITS: SheetLimits = {
  maxRows: 1_000_000,
  maxCellChars: 32_767,
  maxUnpackedBytes: 600_000_000,
};
