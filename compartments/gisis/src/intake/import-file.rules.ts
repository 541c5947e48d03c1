import type { Brand } from '@bulkhead/kernel';
import { type Counts, NO_COUNTS } from './outcome.rules.ts';

export type ImportId = Brand<string, 'ImportId'>;

/** `filed`: it was sent and is looked at; `carrying`: some of it is written; `done`; `dropped`: given up, or too old. */
export const IMPORT_STATES = ['filed', 'carrying', 'done', 'dropped'] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

/** A file of records that somebody sent, how far it was carried out, and what came of it. */
export type ImportFile = {
  readonly id: ImportId;
  readonly module: string;
  readonly accountId: string;
  readonly name: string;
  /** Null once it is done or dropped: nothing keeps its contents then. */
  readonly sha256: string | null;
  readonly bytes: number;
  readonly source: string;
  /** The day from which changed names, flags and the like hold, for rows that do not say. */
  readonly since: string | null;
  readonly state: ImportState;
  /** When what was shown before it was carried out was looked at: what changed after that is not touched. */
  readonly checkedAt: Date | null;
  /** Whether what looks odd is filed too. */
  readonly isSure: boolean;
  /** Rows that are carried out, in the order of the file, of so many. */
  readonly doneRows: number;
  readonly rows: number | null;
  readonly counts: Counts;
  /** Who was told. */
  readonly told: readonly string[];
  readonly createdAt: Date;
  readonly endedAt: Date | null;
};

export type NewImport = Pick<ImportFile, 'module' | 'accountId' | 'name' | 'bytes' | 'source' | 'since'> & {
  readonly sha256: string;
  readonly accountName: string;
  readonly at: Date;
};

/** An import as it would stand; nothing names it yet. */
export function draftOf(file: NewImport, id: ImportId): ImportFile {
  const { module, accountId, name, bytes, source, since, sha256, at } = file;
  const begun = { state: 'filed', checkedAt: null, isSure: false, doneRows: 0, rows: null, told: [], endedAt: null } as const;
  return { ...begun, id, module, accountId, name, bytes, source, since, sha256, counts: NO_COUNTS, createdAt: at };
}

export function isOpen({ state }: Pick<ImportFile, 'state'>): boolean {
  return state === 'filed' || state === 'carrying';
}

/** A file's name as it was sent, without what is no letter of a name; the form of the browser may hold a path. */
export function cleanFileName(name: string, usual: string): string {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const clean = last.replaceAll(/[\p{Cc}\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]/gu, '').trim();
  return clean === '' || !clean.isWellFormed() ? usual : clean.slice(-150);
}
