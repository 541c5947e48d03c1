import assert from 'node:assert/strict';
import type { Admin } from '@bulkhead/postgres';
import type { Field } from '#declaration/field.rules.ts';
import type { Module } from '#declaration/module.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { columnName, type Meaning, type Typed, type Value } from '#value/value.rules.ts';
import { firstState } from '#workflow/workflow.rules.ts';

/** What texts may hold: letters of elsewhere, quotes, what a spreadsheet takes for a formula, numbers. */
const TEXTS = ['Ærø “q” \\', 'a, "b" & c', '=1+1', '-5.5', '-5 kn', '+44 (0)', '@here', "O'Hara"];
const now = new Date('2026-03-02T09:00:00.000Z');
const AT = '2026-01-01T00:00:00Z';

/** Something typed that each kind of field takes. */
const TYPED: Readonly<Record<string, Typed>> = {
  lines: 'One line\nand another',
  'yes-no': 'no',
  day: '2026-01-02',
  moment: '2026-01-02 03:04:05 UTC',
  period: ['2026-01-02', ''],
  position: '49°17.22′N 123°06.50′W',
  area: '01°00′S 041°00′E; 01°00′N 055°00′E; 12°00′S 055°00′E',
  state: 'KEN',
  states: ['NOR', 'KEN'],
  locode: 'KEMBA',
  'imo-number': '9074729',
  'company-number': '2041999',
  mmsi: '634123456',
  'call-sign': '5ZAB3',
  reference: 'ABC-2026-0001',
  link: 'https://example.org/a?b=c',
};

function valueOf(field: Field, meaning: Meaning, at: number): Value {
  if (field.kind === 'file') return { sha256: 'ab'.repeat(32), name: 'a.pdf', type: field.types[0] ?? '', bytes: 5 };
  if (field.kind === 'text') return TEXTS[at % TEXTS.length]?.slice(0, field.most) ?? 'a';
  const codes = 'of' in field ? Object.keys(field.of) : [];
  const number = 'least' in field ? String(field.kind === 'amount' ? field.least + 0.5 : field.least + 1) : '';
  const typed =
    field.kind === 'choice' ? (codes[0] ?? '') : field.kind === 'choices' ? codes.slice(0, 2) : (TYPED[field.kind] ?? number);
  const reading = meaning.read(typed, { now });
  assert.ok(reading.ok && reading.value !== null, `${field.kind}: ${JSON.stringify(typed)}`);
  return reading.value;
}

/** A record of a module with a value in every field, and its history as it would have been written. */
export async function insertWhole(admin: Admin, module: Module, changedAt = AT): Promise<void> {
  const fields = Object.entries(module.fields).map(([name, field], at) => {
    const meaning = meaningsOf(module)[name];
    assert.ok(meaning);
    return { name, meaning, value: valueOf(field, meaning, at) };
  });
  const stored = fields.flatMap(({ name, meaning, value }) =>
    Object.entries(meaning.pack(value)).map(([suffix, one]) => [columnName(name, suffix), one] as const),
  );
  const common = {
    reference: 'R-1',
    state: firstState(module),
    revision: 1,
    created_at: AT,
    changed_at: changedAt,
    changed_by: 'a',
    source: 's',
  };
  const row = [...Object.entries(common), ...stored.filter(([column]) => !(column in common))];
  const places = row.map((_, at) => `$${at + 1}`).join(', ');
  const values = row.map(([, one]) => one);
  const [{ id } = { id: '0' }] = await admin.query<{ id: string }>(
    `insert into ${module.table} (${row.map(([column]) => column).join(', ')}) values (${places}) returning id::text`,
    values,
  );
  const lines = [{ name: 'state', value: firstState(module) }, ...fields];
  for (const { name, value } of lines)
    await admin.query(
      `insert into field_change (module, record_id, revision, act, field, after, account_id, account_name, source, at)
        values ($1, $2, 1, 'create', $3, $4::jsonb, 'a', 'A', 's', $5)`,
      [module.name, id, name, JSON.stringify(value), changedAt],
    );
}
