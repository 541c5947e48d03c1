import { EstateError } from '@bulkhead/kernel';

/** What becomes of an entry of a base backup's tar. */
export type EntryFate = 'take' | 'replace' | 'leave out';

export type Entry = { readonly name: string; readonly type: string; readonly size: number };

const RELATION = '\\d{1,10}(?:_(?:fsm|vm|init))?(?:\\.\\d{1,6})?';
const MAPS = 'pg_filenode\\.map|PG_VERSION';
const SLRU = '[0-9A-F]{4,15}';

/** Every directory and file that a cluster of the estate consists of. */
const TAKEN = [
  /^(PG_VERSION|backup_label)$/,
  new RegExp(`^global(/(pg_control|${MAPS}|${RELATION}))?$`),
  new RegExp(`^base(/\\d{1,10}(/(${MAPS}|${RELATION}))?)?$`),
  new RegExp(`^pg_(xact|subtrans|notify|serial|commit_ts|multixact/(members|offsets))(/${SLRU})?$`),
  /^pg_multixact$/,
  /^pg_twophase(\/[0-9A-F]{8,16})?$/,
  /^pg_logical(\/(mappings|snapshots|replorigin_checkpoint))?$/,
  /^pg_(dynshmem|replslot|snapshots|stat|stat_tmp|tblspc)$/,
  /^pg_wal(\/(archive_status|summaries))?$/,
];

/** Files that headquarters has and a jail writes itself, or does without. */
const REPLACED =
  /^(postgresql\.conf|postgresql\.auto\.conf|pg_hba\.conf|pg_ident\.conf|bulkhead\.conf|backup_manifest|current_logfiles|tablespace_map|pg_stat\/.*)$/;

/**
 * Judges an entry. What an attacker at headquarters laid into the data directory reaches the base backup: only the
 * names of a cluster's own files are taken, and anything that could lead out of the directory ends the restore [A6].
 * @throws EstateError `archive.damaged`
 */
export function judgeEntry({ name, type }: Entry): { readonly path: string; readonly fate: EntryFate } {
  const path = name.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  if (name.startsWith('/') || path.split('/').includes('..') || /[\0\\]/.test(name) || name.length > 500) {
    throw new EstateError(
      'archive.damaged',
      `unpacking a base backup: the name ${JSON.stringify(name.slice(0, 100))} leads out of it`,
    );
  }
  if (type !== 'file' && type !== 'directory') {
    throw new EstateError(
      'archive.damaged',
      `unpacking a base backup: ${JSON.stringify(name.slice(0, 100))} is a ${type}; only files and directories are taken`,
    );
  }
  if (path === '' || path === '.') return { path: '', fate: 'replace' };
  if (TAKEN.some((pattern) => pattern.test(path))) return { path, fate: 'take' };
  return { path, fate: REPLACED.test(path) ? 'replace' : 'leave out' };
}
