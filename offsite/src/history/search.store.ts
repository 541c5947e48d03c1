import type { HistorySearch } from '@bulkhead/contracts';
import type { IndexReader } from './index-reader.store.ts';
import { MARKS, type Mark } from './index-schema.store.ts';
import { shorten } from './key.rules.ts';

/** What is asked of history, with the place before which it is looked for. */
export type Asked = Omit<HistorySearch, 'before' | 'limit'> & { readonly before: number };

/** Sequences that meet all criteria but the text, newest first. The narrowest criterion leads. */
export function listCandidates(reader: IndexReader, asked: Asked, limit: number): number[] {
  const marks = marksOf(asked);
  const { from, values } = leadOf(asked, marks);
  const { conditions, bounds } = conditionsOf(asked, marks);
  const sql = `select t.sequence from ${from} where t.sequence < ? and ${conditions} order by t.sequence desc limit ?`;
  const rows = reader.all<{ sequence: number }>(sql, ...values, asked.before, ...bounds, limit);
  return rows.map(({ sequence }) => sequence);
}

/** Whether a transaction meets all criteria but the text. */
export function meetsCriteria(reader: IndexReader, asked: Asked, sequence: number): boolean {
  if (sequence >= asked.before) return false;
  if (!hasCriteria(asked)) return true;
  if (asked.key !== undefined) return listCandidates(reader, { ...asked, before: sequence + 1 }, 1)[0] === sequence;
  const { conditions, bounds } = conditionsOf(asked, marksOf(asked));
  const sql = `select 1 from tx t where t.sequence = ? and ${conditions}`;
  return reader.all(sql, sequence, ...bounds).length > 0;
}

/** Whether anything besides a text is asked for. */
export function hasCriteria({ before: _before, text: _text, ...criteria }: Asked): boolean {
  return Object.entries(criteria).some(([name, value]) => name !== 'limit' && value !== undefined);
}

type Marks = readonly (readonly [number, string])[];

function marksOf(asked: Asked): Marks {
  const named = [
    ['request', asked.request],
    ['session', asked.session],
    ['account', asked.account],
    ['address', asked.address],
    ['table', asked.table],
    ['route', asked.route],
  ] satisfies readonly (readonly [Mark, string | undefined])[];
  return named.flatMap(([mark, value]): Marks => (value === undefined ? [] : [[MARKS.indexOf(mark), value]]));
}

function conditionsOf(asked: Asked, marks: Marks) {
  const conditions = ['true'];
  const bounds: (string | number)[] = [];
  const add = (condition: string, ...more: (string | number)[]) => {
    conditions.push(condition);
    bounds.push(...more);
  };
  for (const [kind, value] of marks)
    add('exists (select 1 from mark x where x.kind = ? and x.value = ? and x.sequence = t.sequence)', kind, value);
  if (asked.xid !== undefined) add('t.xid = ?', asked.xid);
  if (asked.fromAt !== undefined) add('t.committed_at >= ?', Date.parse(asked.fromAt));
  if (asked.toAt !== undefined) add('t.committed_at <= ?', Date.parse(asked.toAt));
  if (asked.untagged !== undefined) add('t.untagged = ?', asked.untagged ? 1 : 0);
  if (asked.state !== undefined) add('t.state = ?', asked.state === 'unknown' ? 1 : 0);
  return { conditions: conditions.join(' and '), bounds };
}

function leadOf(asked: Asked, marks: Marks) {
  if (asked.key !== undefined && asked.table !== undefined) {
    const key = shorten(asked.key);
    const of = '(select id from relation where name = ?)';
    const found = `select sequence from change where relation = ${of} and key = ? and kind <> 3 union select sequence from change where relation = ${of} and old_key = ?`;
    return { from: `(${found}) k cross join tx t on t.sequence = k.sequence`, values: [asked.table, key, asked.table, key] };
  }
  const [first] = marks;
  // The order of the marks is that of the sequences: nothing is sorted.
  if (first) {
    const found = 'select sequence from mark where kind = ? and value = ? and sequence < ? order by sequence desc';
    return { from: `(${found}) k cross join tx t on t.sequence = k.sequence`, values: [...first, asked.before] };
  }
  return { from: 'tx t', values: [] };
}
