import type { RowPublisher } from '../commands/row-publisher.js';
import type { ImportPortOptions } from '../http/import-port.js';
import type { NoticeDesk } from '../notices/notice-desk.js';
import type { UploadSlots } from '../upload/upload-slots.js';
import { ImportDecisions } from './import-decisions.js';
import { ImportRunner, type RunnerOptions } from './import-runner.js';
import { ImportUploads } from './import-uploads.js';
import { SavedMappings } from './saved-mappings.js';

export interface ImportsOptions extends RunnerOptions {
  publisher: RowPublisher;
  notices: NoticeDesk;
  slots: UploadSlots;
  maxBytes: number;
  secondApprover: boolean;
  waitMs: number;
}

/** Puts the parts of sheet import together. */
export function makeImports(options: ImportsOptions): ImportPortOptions & { runner: ImportRunner } {
  const { pool, view, clock, maxBytes, notices, publisher, secondApprover, slots, waitMs } = options;
  const runner = new ImportRunner(options);
  return {
    pool,
    view,
    maxBytes,
    runner,
    uploads: new ImportUploads({ pool, runner, slots, waitMs, clock }),
    decisions: new ImportDecisions({ pool, view, publisher, notices, secondApprover, clock }),
    mappings: new SavedMappings(pool, view, clock),
  };
}
