import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RepairStep } from '@bulkhead/contracts';
import { useCluster } from '@bulkhead/testkit';
import { mergeSteps } from '#recovery/copied-rows.actions.ts';
import { inWorld, told, type World } from './world.ts';

const cluster = await useCluster({ name: 'website', settings: { max_replication_slots: '40' } });
const world = inWorld(cluster);

/** The rows of a table as a copy tells them, to be brought back as they stand now. */
async function copyRows(world: World, table: string): Promise<(lsn: string) => AsyncGenerator<string>> {
  const columns = await world.rows<{ name: string }>(
    `select attname as name from pg_attribute where attrelid = '${table}'::regclass and attnum > 0 and not attisdropped`,
  );
  const rows = await world.rows<Record<string, string | null>>(
    `select ${columns.map(({ name }) => `${name}::text`).join(', ')} from ${table}`,
  );
  return async function* (commitLsn: string) {
    for (const row of rows) {
      const step: RepairStep = { kind: 'insert', table: `public.${table}`, row, origin: { timeline: 1, commitLsn, xid: '0' } };
      yield JSON.stringify(step);
    }
  };
}

async function* linesOf(steps: readonly RepairStep[]): AsyncGenerator<string> {
  for (const step of steps) yield JSON.stringify(step);
}

async function undoWithCopies(world: World, copies: Record<string, (lsn: string) => AsyncGenerator<string>>) {
  const { plan, steps } = await world.plan();
  const copied = plan.fromCopy.map(({ table, beforeLsn }) => ({
    beforeLsn,
    read: () => copies[table]?.(beforeLsn) ?? linesOf([]),
  }));
  const woven: RepairStep[] = [];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- lines that were written above
  for await (const { line } of mergeSteps(linesOf(steps), copied)) woven.push(JSON.parse(line) as RepairStep);
  return { plan, outcome: await world.apply(woven, plan.id) };
}

test('[U15] a row with an identity comes back under its own number, and sequences never rewind', () =>
  world(async (world) => {
    await world.honest("insert into note (title) values ('a'), ('b')");
    await world.attack('delete from note where id = 1', "insert into note (title) values ('evil')");
    await world.undo();
    await world.honest("insert into note (title) values ('c')");
    assert.deepEqual(await world.rows('select id, title from note order by id'), [
      { id: 1, title: 'a' },
      { id: 2, title: 'b' },
      { id: 4, title: 'c' },
    ]);
  }, 'create table note (id integer generated always as identity primary key, title text)'));

const PARTS = [
  'create table event (id integer, day date, what text, primary key (id, day)) partition by range (day)',
  "create table event_1 partition of event for values from ('2026-01-01') to ('2026-02-01')",
  "create table event_2 partition of event for values from ('2026-02-01') to ('2026-03-01')",
];

test('[U16] rows of partitioned tables are taken back through the table above, whichever part they stood in', () =>
  world(
    async (world) => {
      await world.honest("insert into event values (1, '2026-01-05', 'a'), (2, '2026-02-05', 'b'), (3, '2026-02-06', 'c')");
      await world.attack("update event set what = 'HA' where id = 1", 'delete from event where id = 2');
      await world.attack(
        "update event set day = '2026-01-06' where id = 3",
        "insert into event values (9, '2026-01-09', 'evil')",
      );
      await world.honest("update event set what = 'honest' where id = 1");
      const { plan, outcome, steps } = await world.undo();
      assert.deepEqual(await world.rows('select tableoid::regclass::text as part, id, what from event order by id'), [
        { part: 'event_1', id: 1, what: 'honest' },
        { part: 'event_2', id: 2, what: 'b' },
        { part: 'event_2', id: 3, what: 'c' },
      ]);
      assert.deepEqual(told(plan, outcome), ['cell.changed_later public.event 1,2026-01-05']);
      assert.equal(
        steps.every(({ table }) => table === 'public.event'),
        true,
      );
    },
    ...PARTS,
  ));

test('[U16] a part that was taken out since is repaired by itself', () =>
  world(
    async (world) => {
      await world.honest("insert into event values (1, '2026-01-05', 'a')");
      await world.attack("update event set what = 'HA'", "insert into event values (9, '2026-01-09', 'evil')");
      await world.honest('alter table event detach partition event_1');
      const { plan, outcome } = await world.undo();
      assert.deepEqual(await world.rows('select id, what from event_1'), [{ id: 1, what: 'a' }]);
      assert.deepEqual(told(plan, outcome), []);
    },
    ...PARTS,
  ));

const NOTE = 'create table note (id integer primary key, title text, body text)';

test('[U19] the rows of a truncated table come from a copy, between what happened before and after', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a'), (2, 'b')");
    await world.attack("update note set title = 'HA' where id = 1", "insert into note values (3, 'evil')");
    await world.honest("update note set body = 'honest' where id = 2");
    const copy = await copyRows(world, 'note');
    await world.attack("update note set title = 'gone'", 'truncate note', "insert into note values (1, 'EVIL')");
    await world.honest("insert into note values (5, 'later')");
    const { plan, outcome } = await undoWithCopies(world, { 'public.note': copy });
    assert.deepEqual(
      plan.fromCopy.map(({ table }) => table),
      ['public.note'],
    );
    assert.deepEqual(await world.rows('select id, title, body from note order by id'), [
      { id: 1, title: 'a', body: null },
      { id: 2, title: 'b', body: 'honest' },
      { id: 5, title: 'later', body: null },
    ]);
    assert.deepEqual(told(plan, outcome), []);
  }, NOTE));

test('[U20] the rows of a dropped table come from a copy, once the table is there again', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a')");
    await world.attack("update note set title = 'HA'");
    const copy = await copyRows(world, 'note');
    await world.attack('drop table note');
    await world.remember();
    await world.honest(NOTE);
    const { plan, outcome } = await undoWithCopies(world, { 'public.note': copy });
    assert.deepEqual(
      plan.fromCopy.map(({ table }) => table),
      ['public.note'],
    );
    assert.deepEqual(await world.rows('select id, title from note'), [{ id: 1, title: 'a' }]);
    assert.deepEqual(told(plan, outcome), []);
  }, NOTE));

test('[U22] a migration in between: columns are found by their names, and what cannot be mapped is listed', () =>
  world(
    async (world) => {
      await world.honest("insert into note values (1, 'a', 'x', 7), (2, 'b', 'y', 8)", "insert into old values (1, 'a')");
      await world.attack(
        "update note set title = 'HA', body = 'HA', rank = 1000 where id = 1",
        'delete from note where id = 2',
        "update old set title = 'HA'",
      );
      await world.remember();
      await world.honest(
        'alter table note rename column body to text',
        'alter table note alter column rank type bigint',
        "alter table note add column language text not null default 'en'",
        'drop table old',
      );
      const { plan, outcome } = await world.undo();
      assert.deepEqual(await world.rows('select id, title, text, rank::int as rank, language from note order by id'), [
        { id: 1, title: 'a', text: 'HA', rank: 7, language: 'en' },
        { id: 2, title: 'b', text: null, rank: 8, language: 'en' },
      ]);
      assert.deepEqual(told(plan, outcome), ['history.unknown public.note ', 'history.unknown public.old ']);
    },
    'create table note (id integer primary key, title text, body text, rank integer)',
    'create table old (id integer primary key, title text)',
  ));

test('[U22] a value that does not fit its column any more is listed, and the rest is taken back', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'long title', 'x'), (2, 'b', 'y')");
    await world.attack("update note set title = 'HA'");
    await world.honest('alter table note alter column title type varchar(5)');
    const { plan, outcome } = await world.undo();
    assert.deepEqual(await world.rows('select id, title from note order by id'), [
      { id: 1, title: 'HA' },
      { id: 2, title: 'b' },
    ]);
    assert.deepEqual(told(plan, outcome), ['row.not_as_told public.note 1']);
  }, NOTE));

test('[U29] a change of schema by the attack is listed: it is not taken back row by row', () =>
  world(async (world) => {
    await world.attack('alter table note add column evil text');
    const { plan } = await world.plan();
    assert.deepEqual(told(plan), ['history.unknown  ']);
  }, NOTE));
