import type { HistorySearch } from '@bulkhead/contracts';
import type { IndexReader } from './index-reader.store.ts';
import { MARKS, type Mark } from './index-schema.store.ts';
import { shorten } from './key.rules.ts';

type Asked = Omit<HistorySearch, 'before'> & { readonly before: number };

/** Sequences that meet all criteria but the text, newest first. The narrowest criterion leads. */
export function listCandidates(reader: IndexReader, asked: Asked, limit: number): number[] {
  const marks = (
    [
      ['request', asked.request],
      ['session', asked.session],
      ['account', asked.account],
      ['address', asked.address],
      ['table', asked.table],
      ['route', asked.route],
    ] satisfies readonly (readonly [Mark, string | undefined])[]
  ).flatMap(([mark, value]): (readonly [number, string])[] => (value === undefined ? [] : [[MARKS.indexOf(mark), value]]));
  const { from, values } = leadOf(asked, marks);
  const conditions = ['t.sequence < ?'];
  const bounds: (string | number)[] = [asked.before];
  for (const [kind, value] of marks) {
    conditions.push('exists (select 1 from mark x where x.kind = ? and x.value = ? and x.sequence = t.sequence)');
    bounds.push(kind, value);
  }
  const add = (condition: string, ...more: (string | number)[]) => {
    conditions.push(condition);
    bounds.push(...more);
  };
  if (asked.xid !== undefined) add('t.xid = ?', asked.xid);
  if (asked.fromAt !== undefined) add('t.committed_at >= ?', Date.parse(asked.fromAt));
  if (asked.toAt !== undefined) add('t.committed_at <= ?', Date.parse(asked.toAt));
  if (asked.untagged !== undefined) add('t.untagged = ?', asked.untagged ? 1 : 0);
  if (asked.state !== undefined) add('t.state = ?', asked.state === 'unknown' ? 1 : 0);
  const sql = `select t.sequence from ${from} where ${conditions.join(' and ')} order by t.sequence desc limit ?`;
  return reader.all<{ sequence: number }>(sql, ...values, ...bounds, limit).map(({ sequence }) => sequence);
}

function leadOf(asked: Asked, marks: readonly (readonly [number, string])[]) {
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
