import type { Viewer } from '#sight/viewer.rules.ts';
import type { Columns } from './column.rules.ts';
import type { FileFault } from './file-fault.rules.ts';
import type { ImportId } from './import-file.rules.ts';
import type { Counts, FaultList } from './outcome.rules.ts';
import type { Table } from './table.rules.ts';

/** What is found out of a file before anything is written. */
export type Check = {
  /** Changes once a file that was only looked at is kept. */
  importId: ImportId;
  readonly startedAt: Date;
  readonly by: Viewer;
  state: 'waiting' | 'reading' | 'checking' | 'done' | 'unreadable' | 'failed';
  table: Table | null;
  columns: Columns | null;
  fault: FileFault | null;
  rows: number;
  counts: Counts;
  readonly faults: FaultList;
  /** Rows whose record an earlier row of the file names too. */
  readonly twice: Set<number>;
  readonly ended: Promise<void>;
};
