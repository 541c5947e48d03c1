import type { Change, RowImage } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';

/** A row's change as the stream tells it, before it is known whether its old image is the whole row. */
export type DecodedChange = {
  readonly kind: 'change';
  readonly operation: 'insert' | 'update' | 'delete';
  readonly table: string;
  /** The old row, or only its key; columns that were null are absent. */
  readonly old: RowImage | null;
  readonly new: RowImage | null;
  /** Columns of `new` that did not change and are stored out of line: their values stand in `old`, if anywhere. */
  readonly unchanged: readonly string[];
};

/** What one line of `test_decoding` says. */
export type Decoded =
  | { readonly kind: 'begin'; readonly xid: string }
  | { readonly kind: 'commit'; readonly xid: string; readonly committedAt: string }
  | { readonly kind: 'truncate'; readonly tables: readonly string[] }
  | { readonly kind: 'message'; readonly isTransactional: boolean; readonly prefix: string; readonly content: string }
  | DecodedChange;

const COLUMNS_LIMIT = 1_600;
const TABLES_LIMIT = 10_000;
/** PostgreSQL's names have at most 63 bytes. */
const NAME_LIMIT = 63;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const UNCHANGED = 'unchanged-toast-datum';
const NO_TUPLE = ' (no-tuple-data)';
const NEW_TUPLE = ' new-tuple:';
const OPERATIONS = { INSERT: 'insert', UPDATE: 'update', DELETE: 'delete' } as const;

/**
 * Reads one line of `test_decoding` with the options include-xids and include-timestamp. Whoever wrote the catalog chose
 * the names in it: every name and value is taken by its quotes, none is believed to be short or plain [H1].
 * @throws EstateError `history.unreadable`
 */
export function parseDecoded(line: string): Decoded {
  if (line.startsWith('table ')) return parseTableLine(line);
  if (line.startsWith('BEGIN ')) return { kind: 'begin', xid: parseXid(line.slice(6)) };
  if (line.startsWith('COMMIT ')) return parseCommit(line);
  if (line.startsWith('message: ')) return parseMessage(line);
  throw unreadable('it begins with none of table, BEGIN, COMMIT, message', line, 0);
}

/**
 * The change with its images made whole: unchanged values taken from the old row, and nulls, which the old row does not
 * tell, filled in.
 * @param keepsWholeRows whether the table's replica identity is FULL; if not, its old image is only a key
 * @param columns the table's columns, if known: a deleted row's nulls are told by nothing else
 */
export function toChange(decoded: DecodedChange, keepsWholeRows: boolean, columns: readonly string[] | undefined): Change {
  const { operation: kind, table, new: after, unchanged } = decoded;
  const old = keepsWholeRows ? decoded.old : null;
  const unresolved: string[] = [];
  for (const column of unchanged) {
    const value = old?.[column];
    if (value === undefined || after === null) unresolved.push(column);
    else setColumn(after, column, value);
  }
  const before = old === null ? null : withNulls(old, after === null ? columns : Object.keys(after), unresolved);
  return { kind, table, before, after, unresolved };
}

function withNulls(old: RowImage, columns: readonly string[] | undefined, except: readonly string[]): RowImage {
  if (columns === undefined) return old;
  const whole: RowImage = {};
  for (const column of columns) if (!except.includes(column)) setColumn(whole, column, old[column] ?? null);
  // A column that was dropped, or added since, stands in the image alone.
  for (const [column, value] of Object.entries(old)) if (whole[column] === undefined) setColumn(whole, column, value);
  return whole;
}

/** A hostile catalog may name a column so that a plain assignment would be lost. */
function setColumn(image: RowImage, column: string, value: string | null): void {
  if (column !== '__proto__') image[column] = value;
  else Object.defineProperty(image, column, { value, enumerable: true, configurable: true, writable: true });
}

function parseXid(text: string): string {
  if (/^\d{1,10}$/.test(text)) return text;
  throw unreadable('a transaction id is expected', text, 0);
}

function parseCommit(line: string): Decoded {
  const match = /^COMMIT (\d{1,10}) \(at (\d{4,6})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d)(\.\d{1,6})?\+00\)$/.exec(line);
  if (!match?.[1]) throw unreadable('a commit with its time in UTC is expected', line, 0);
  const [, xid, year, month, day, time, fraction] = match;
  return { kind: 'commit', xid, committedAt: `${year}-${month}-${day}T${time}${(fraction ?? '.').slice(0, 4).padEnd(4, '0')}Z` };
}

function parseMessage(line: string): Decoded {
  const head = /^message: transactional: ([01]) prefix: /.exec(line);
  if (!head) throw unreadable('a message with its prefix is expected', line, 0);
  const middle = /, sz: (\d{1,10}) content:/g;
  middle.lastIndex = head[0].length;
  for (let match = middle.exec(line); match; match = middle.exec(line)) {
    const content = line.slice(middle.lastIndex);
    // A prefix may hold what looks like the end of it: the size tells the true one.
    if (Buffer.byteLength(content) === Number(match[1])) {
      return { kind: 'message', isTransactional: head[1] === '1', prefix: line.slice(head[0].length, match.index), content };
    }
  }
  // Content that is no text: whose message it was is all that can be said.
  return { kind: 'message', isTransactional: head[1] === '1', prefix: '', content: '' };
}

function parseTableLine(line: string): Decoded {
  const tables: string[] = [];
  let at = 6;
  for (;;) {
    const schema = readName(line, at, '.');
    const name = readName(line, schema.next + 1, ':');
    tables.push(`${schema.text}.${name.text}`);
    at = name.next;
    if (line[at] !== ',') break;
    if (tables.length >= TABLES_LIMIT) throw unreadable(`over ${TABLES_LIMIT} tables are truncated at once`, line, at);
    at += 2;
  }
  const [table = ''] = tables;
  if (line.startsWith(': TRUNCATE:', at)) return { kind: 'truncate', tables };
  const word = line.slice(at + 2, at + 8);
  if (tables.length > 1 || !(word === 'INSERT' || word === 'UPDATE' || word === 'DELETE') || line[at + 8] !== ':') {
    throw unreadable('INSERT, UPDATE, DELETE or TRUNCATE is expected', line, at);
  }
  return parseChange(line, at + 9, table, OPERATIONS[word]);
}

function parseChange(line: string, from: number, table: string, operation: DecodedChange['operation']): DecodedChange {
  let at = from;
  let old: Tuple | undefined;
  if (operation === 'update' && line.startsWith(' old-key:', at)) {
    old = readTuple(line, at + 9, true);
    at = old.next;
    if (!line.startsWith(NEW_TUPLE, at)) throw unreadable('the new row is expected', line, at);
    at += NEW_TUPLE.length;
  }
  const isAbsent = line.startsWith(NO_TUPLE, at) && at + NO_TUPLE.length === line.length;
  const tuple = isAbsent ? undefined : readTuple(line, at, false);
  if (operation === 'delete') return { kind: 'change', operation, table, old: tuple?.image ?? null, new: null, unchanged: [] };
  return {
    kind: 'change',
    operation,
    table,
    old: old?.image ?? null,
    new: tuple?.image ?? null,
    unchanged: tuple?.unchanged ?? [],
  };
}

type Tuple = { readonly image: RowImage; readonly unchanged: readonly string[]; readonly next: number };

/** Columns up to the end of the line, or to the new row. */
function readTuple(line: string, from: number, isOld: boolean): Tuple {
  const image: RowImage = {};
  const unchanged: string[] = [];
  let at = from;
  let columns = 0;
  while (at < line.length) {
    if (line[at] !== ' ') throw unreadable('a space before a column is expected', line, at);
    if (isOld && line.startsWith(NEW_TUPLE, at)) break;
    columns += 1;
    if (columns > COLUMNS_LIMIT) throw unreadable(`a row has over ${COLUMNS_LIMIT} columns`, line, at);
    const name = readName(line, at + 1, '[');
    const valueAt = skipType(line, name.next + 1);
    if (line.charCodeAt(valueAt) === APOSTROPHE) {
      at = readQuoted(line, valueAt + 1, name.text, image);
    } else if (line.startsWith("B'", valueAt)) {
      at = readQuoted(line, valueAt + 2, name.text, image);
    } else {
      const space = line.indexOf(' ', valueAt);
      at = space < 0 ? line.length : space;
      const word = line.slice(valueAt, at);
      if (word === UNCHANGED) unchanged.push(name.text);
      else if (word === '') throw unreadable('a value is expected', line, at);
      else setColumn(image, name.text, word === 'null' ? null : word);
    }
  }
  return { image, unchanged, next: at };
}

/** Takes the text up to its closing quote; gives where it goes on. */
function readQuoted(line: string, from: number, column: string, image: RowImage): number {
  let hasDoubled = false;
  let end = line.indexOf("'", from);
  while (end >= 0 && line.charCodeAt(end + 1) === APOSTROPHE) {
    hasDoubled = true;
    end = line.indexOf("'", end + 2);
  }
  if (end < 0) throw unreadable('a text has no end', line, from);
  const text = line.slice(from, end);
  setColumn(image, column, hasDoubled ? text.replaceAll("''", "'") : text);
  return end + 1;
}

/** A name as `quote_identifier` writes it, and where it ends; `until` closes a plain one. */
function readName(line: string, at: number, until: '.' | ':' | '['): { readonly text: string; readonly next: number } {
  if (line.charCodeAt(at) === QUOTE) return readQuotedName(line, at + 1);
  let end = at;
  while (end < line.length && isPlain(line.charCodeAt(end))) end += 1;
  const isClosed = line[end] === until || (until === ':' && line[end] === ',');
  if (end === at || end - at > NAME_LIMIT || !isClosed) throw unreadable('a name is expected', line, at);
  return { text: line.slice(at, end), next: end };
}

function readQuotedName(line: string, from: number): { readonly text: string; readonly next: number } {
  let end = line.indexOf('"', from);
  while (end >= 0 && line.charCodeAt(end + 1) === QUOTE) end = line.indexOf('"', end + 2);
  const text = end < 0 ? '' : line.slice(from, end).replaceAll('""', '"');
  if (text === '' || Buffer.byteLength(text) > NAME_LIMIT) throw unreadable('a quoted name is expected', line, from);
  return { text, next: end + 1 };
}

function isPlain(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || code === 0x5f || (code >= 0x30 && code <= 0x39);
}

/** A type's name may hold brackets (an array's) and quoted names; gives the place behind its `]:`. */
function skipType(line: string, from: number): number {
  for (let at = from; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (code === QUOTE) {
      at = readQuotedName(line, at + 1).next - 1;
    } else if (code === 0x5d) {
      if (line[at + 1] === ':') return at + 2;
      throw unreadable("a type's end is expected", line, at);
    } else if (code === 0x5b) {
      if (line[at + 1] !== ']') throw unreadable("an array's brackets are expected", line, at);
      at += 1;
    }
  }
  throw unreadable('a type has no end', line, from);
}

function unreadable(why: string, line: string, at: number): EstateError {
  return new EstateError('history.unreadable', `reading the decoding stream: ${why}, at character ${at} of ${line.length}`);
}
