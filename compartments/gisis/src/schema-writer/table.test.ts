import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MODULES } from '#modules/modules.ts';
import { recordColumnNames } from '#record/row.rules.ts';
import { seesEverywhere } from '#sight/sight.rules.ts';
import { PUBLIC } from '#sight/viewer.rules.ts';
import { statesOf, workflowOf } from '#workflow/workflow.rules.ts';
import { differenceBetween } from './difference.rules.ts';
import { facetColumns } from './table.rules.ts';

/** What forms and addresses of records call things themselves. */
const TAKEN = ['source', 'revision', 'sure', 'q', 'sort', 'after', 'before', 'lang', 'changed_by', 'search_text', 'search_prose'];
/** Words that PostgreSQL takes for no column's name. */
const RESERVED = [
  'all',
  'and',
  'any',
  'as',
  'case',
  'check',
  'column',
  'default',
  'desc',
  'do',
  'else',
  'end',
  'for',
  'from',
  'grant',
  'group',
  'having',
  'in',
  'into',
  'limit',
  'not',
  'null',
  'offset',
  'on',
  'only',
  'or',
  'order',
  'primary',
  'references',
  'select',
  'table',
  'then',
  'to',
  'union',
  'unique',
  'user',
  'using',
  'when',
  'where',
  'window',
  'with',
];

test('no field of a declaration has a name that means something else to PostgreSQL, a form or an address', () => {
  for (const module of MODULES) {
    const names = recordColumnNames(module);
    assert.equal(new Set(names).size, names.length, `${module.name}: a column stands twice`);
    for (const name of Object.keys(module.fields)) assert.ok(![...TAKEN, ...RESERVED].includes(name), `${module.name}.${name}`);
  }
});

test('what links say is seen by everybody, and every act leads to a state that there is', () => {
  for (const module of MODULES) {
    for (const name of module.label) {
      const field = module.fields[name];
      assert.ok(field && seesEverywhere(field, PUBLIC), `${module.name}.${name} stands in links`);
    }
    for (const [name, { from, to }] of Object.entries(workflowOf(module).acts))
      for (const state of [...from, to])
        assert.ok(statesOf(module).includes(state), `${module.name}: ${name} names the state ${state}`);
  }
});

test('an entry of the index that facets are counted in fits into a page, whatever a record holds', () => {
  for (const module of MODULES) {
    const bytes = facetColumns(module).map((column) => {
      const field = module.fields[column];
      const codes = field !== undefined && 'of' in field && typeof field.of === 'object' ? Object.keys(field.of) : [];
      if (field?.kind === 'choices') return codes.reduce((sum, code) => sum + code.length + 8, 24);
      // Of others the longest is the name of a delegation.
      assert.notEqual(field?.kind, 'states', `${module.name}.${column} has no bound`);
      return 110;
    });
    assert.ok(bytes.reduce((sum, one) => sum + one, 0) < 2600, `${module.name}: ${bytes.join(' + ')}`);
  }
});

const BEFORE = `-- What all migrations together make. Written by tools/dump-schema.ts; do not edit.

table ship (
  id bigint not null generated always as identity,
  name text,
  gone text,
  search text generated always as (name) stored,
  constraint ship_name_fits CHECK ((length(name) > 1))
);
CREATE INDEX ship_by_name ON public.ship USING btree (name);
CREATE INDEX ship_search ON public.ship USING gin (search);
`;

test('the step from one schema to another makes what is new, drops what is gone, and leaves changed types to a person', () => {
  const after = BEFORE.replace('  gone text,\n', '  flag text,\n')
    .replace('as (name) stored', 'as ((name || flag)) stored')
    .replace('length(name) > 1', 'length(name) > 2')
    .replace('  name text,', '  name bytea,');
  const { statements, isBreaking, byHand } = differenceBetween(BEFORE, after);
  assert.deepEqual(statements, [
    'alter table ship drop constraint ship_name_fits;',
    'alter table ship add column flag text;',
    'alter table ship drop column search;',
    'alter table ship add column search text generated always as ((name || flag)) stored;',
    'alter table ship drop column gone;',
    'alter table ship add constraint ship_name_fits CHECK ((length(name) > 2));',
    'CREATE INDEX ship_search ON public.ship USING gin (search);',
  ]);
  assert.deepEqual([isBreaking, byHand.length], [true, 1]);
  assert.deepEqual(differenceBetween(BEFORE, BEFORE).statements, []);
  assert.match(
    differenceBetween('-- nothing\n', BEFORE).statements.join('\n'),
    /create table ship \([\s\S]*CREATE INDEX ship_by_name/,
  );
});
