import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useCluster } from '@bulkhead/testkit';
import { inWorld, told } from './world.ts';

const cluster = await useCluster({ name: 'website', settings: { max_replication_slots: '40' } });

const world = inWorld(cluster);

const NOTE = 'create table note (id integer primary key, title text, body text, author text)';

test('[U1] several changes of one cell are taken back from the newest to the oldest, to what stood before the first', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a', 'x', 'ann'), (2, 'b', 'y', 'bob')");
    await world.attack("update note set title = 'b' where id = 1", "update note set title = 'c' where id = 1");
    await world.attack("update note set title = 'd', body = 'z' where id = 1");
    const { steps, outcome } = await world.undo();
    assert.deepEqual(await world.rows('select * from note order by id'), [
      { id: 1, title: 'a', body: 'x', author: 'ann' },
      { id: 2, title: 'b', body: 'y', author: 'bob' },
    ]);
    const lsns = steps.map(({ origin }) => origin.commitLsn);
    assert.deepEqual(lsns, lsns.toSorted().toReversed());
    assert.equal(outcome.applied, 3);
    assert.equal(outcome.dependentCount, 0);
  }, NOTE));

test('[U2] a cell that an honest person changed after the attack is kept and listed; the other cells of the row are taken back', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a', 'x', 'ann'), (2, 'b', 'y', 'bob')");
    await world.attack("update note set title = 'HA', body = 'HA'");
    await world.honest("update note set title = 'mended' where id = 1");
    const { plan, outcome } = await world.undo();
    assert.deepEqual(await world.rows('select * from note order by id'), [
      { id: 1, title: 'mended', body: 'x', author: 'ann' },
      { id: 2, title: 'b', body: 'y', author: 'bob' },
    ]);
    assert.deepEqual(told(plan, outcome), ['cell.changed_later public.note 1']);
    assert.equal(plan.dependents[0]?.by?.xid.length !== 0, true);
  }, NOTE));

test('[U2] an honest change between two changes of the attack is what remains', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a')");
    await world.attack("update note set title = 'b'");
    await world.honest("update note set title = 'honest'");
    await world.attack("update note set title = 'c'");
    const { plan, outcome } = await world.undo();
    assert.deepEqual(await world.rows('select title from note'), [{ title: 'honest' }]);
    assert.deepEqual(told(plan, outcome), ['cell.changed_later public.note 1']);
  }, NOTE));

test('[U3] an honest change that came back to the attack’s value is kept: history knows who wrote it last', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a')");
    await world.attack("update note set title = 'b'");
    await world.honest("update note set title = 'c'");
    await world.honest("update note set title = 'b'");
    const { plan, steps } = await world.undo();
    assert.deepEqual(await world.rows('select title from note'), [{ title: 'b' }]);
    assert.deepEqual(told(plan), ['cell.changed_later public.note 1']);
    assert.equal(steps.length, 0);
  }, NOTE));

test('[U4] a row is followed through changed keys, changed by the attack or by honest people', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a'), (2, 'b'), (3, 'c')");
    await world.attack("update note set title = 'HA' where id = 1", 'update note set id = 11 where id = 1');
    await world.honest("update note set body = 'honest' where id = 11");
    await world.attack("update note set title = 'HA' where id = 2");
    await world.honest('update note set id = 22 where id = 2');
    await world.attack("update note set title = 'HO' where id = 22", "update note set title = 'HA' where id = 3");
    const { plan, outcome } = await world.undo();
    assert.deepEqual(await world.rows('select id, title, body from note order by id'), [
      { id: 1, title: 'a', body: 'honest' },
      { id: 3, title: 'c', body: null },
      { id: 22, title: 'b', body: null },
    ]);
    assert.deepEqual(told(plan, outcome), []);
  }, NOTE));

test('[U4] a key that an honest row took meanwhile is not brought back', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a')");
    await world.attack("update note set id = 9, title = 'HA' where id = 1");
    await world.honest("insert into note values (1, 'honest')");
    const { plan, outcome } = await world.undo();
    assert.deepEqual(await world.rows('select id, title from note order by id'), [
      { id: 1, title: 'honest' },
      { id: 9, title: 'a' },
    ]);
    assert.deepEqual(told(plan, outcome), ['unique.taken public.note 9']);
  }, NOTE));

const FAMILY = [
  'create table parent (id integer primary key, name text, state text)',
  'create table child (id integer primary key, parent_id integer references parent on delete cascade, name text)',
];

test('[U5] rows that the attack added go with those that refer to them; what an honest row refers to stays and is listed', () =>
  world(
    async (world) => {
      await world.honest("insert into parent values (1, 'one')");
      await world.attack(
        "insert into parent values (2, 'evil'), (3, 'evil too')",
        "insert into child values (20, 2, 'evil'), (30, 3, 'evil')",
      );
      await world.honest("insert into child values (31, 3, 'honest')");
      const { plan, outcome } = await world.undo();
      assert.deepEqual(await world.rows('select id from parent order by id'), [{ id: 1 }, { id: 3 }]);
      assert.deepEqual(await world.rows('select id from child order by id'), [{ id: 31 }]);
      assert.deepEqual(told(plan), ['row.referred_to public.child 31']);
      assert.deepEqual(told(outcome), ['row.referred_to public.child 31']);
      assert.equal(outcome.kept, 1);
    },
    ...FAMILY,
  ));

test('[U5] [U38] a row that honest people save by deleting it and adding it again refers only to what they made it refer to', () =>
  world(
    async (world) => {
      const save = (id: number, parent: number, name: string) => [
        `delete from child where id = ${id}`,
        `insert into child values (${id}, ${parent}, '${name}')`,
      ];
      await world.honest("insert into parent values (1, 'one')");
      await world.honest("insert into child values (10, 1, 'a'), (11, 1, 'b'), (12, 1, 'c')");
      await world.attack(
        "insert into parent values (2, 'evil'), (3, 'evil too'), (4, 'evil as well'), (5, 'evil still')",
        'update child set parent_id = 2 where id = 10',
      );
      await world.honest(...save(10, 2, 'mended'));
      await world.honest(
        ...save(10, 2, 'mended again'),
        ...save(11, 3, 'moved'),
        "insert into child values (13, 4, 'd'), (14, 5, 'e')",
      );
      await world.honest(...save(12, 1, 'saved'), ...save(13, 1, 'moved back'));
      await world.honest(...Array.from({ length: 120 }, (_value, at) => save(14, 5, `saved ${at}`)).flat());
      const { plan, outcome } = await world.undo();
      assert.deepEqual(await world.rows('select id from parent order by id'), [{ id: 1 }, { id: 3 }, { id: 5 }]);
      assert.deepEqual(await world.rows('select * from child order by id'), [
        { id: 10, parent_id: 1, name: 'mended again' },
        { id: 11, parent_id: 3, name: 'moved' },
        { id: 12, parent_id: 1, name: 'saved' },
        { id: 13, parent_id: 1, name: 'moved back' },
        { id: 14, parent_id: 5, name: 'saved 119' },
      ]);
      const kept = ['row.referred_to public.child 11', 'row.referred_to public.child 14'];
      assert.deepEqual([told(plan), told(outcome)], [kept, kept]);
    },
    ...FAMILY,
  ));

test('[U5] a deletion that cascaded is taken back whole, parents and children', () =>
  world(
    async (world) => {
      await world.honest("insert into parent values (1, 'one')", "insert into child values (10, 1, 'a'), (11, 1, 'b')");
      await world.attack('delete from parent');
      const { plan, outcome } = await world.undo();
      assert.equal((await world.rows('select 1 from parent p join child c on c.parent_id = p.id')).length, 2);
      assert.deepEqual(told(plan, outcome), []);
      assert.equal(outcome.validated > 0, true);
    },
    ...FAMILY,
  ));

test('[U6] a row is not brought back if what it refers to is gone, nor a reference', () =>
  world(
    async (world) => {
      await world.honest(
        "insert into parent values (1, 'one'), (2, 'two')",
        "insert into child values (10, 1, 'a'), (11, 1, 'b')",
      );
      await world.attack('delete from child where id = 10', 'update child set parent_id = 2 where id = 11');
      await world.honest('delete from parent where id = 1');
      const { plan, outcome } = await world.undo();
      assert.deepEqual(await world.rows('select id, parent_id from child'), [{ id: 11, parent_id: 2 }]);
      assert.deepEqual(told(plan, outcome), ['reference.gone public.child 10', 'reference.gone public.child 11']);
    },
    ...FAMILY,
  ));

const PAGE = 'create table page (id integer primary key, slug text unique, title text, lang text, unique (lang, title))';

test('[U7] a unique value that an honest row took is not brought back, and the rest of the row is', () =>
  world(async (world) => {
    await world.honest("insert into page values (1, 'home', 'Home', 'en'), (2, 'news', 'News', 'en')");
    await world.attack("update page set slug = 'x', title = 'HA' where id = 1", 'delete from page where id = 2');
    await world.honest("insert into page values (3, 'home', 'Second', 'en'), (4, 'news', 'Other', 'en')");
    const { plan, outcome } = await world.undo();
    assert.deepEqual(await world.rows('select id, slug, title from page order by id'), [
      { id: 1, slug: 'x', title: 'Home' },
      { id: 3, slug: 'home', title: 'Second' },
      { id: 4, slug: 'news', title: 'Other' },
    ]);
    assert.deepEqual(told(plan, outcome), ['unique.taken public.page 1', 'unique.taken public.page 2']);
  }, PAGE));

test('[U7] values that the attack exchanged between rows come back, though each stands in the other’s way', () =>
  world(async (world) => {
    await world.honest("insert into page values (1, 'a', 'A', 'en'), (2, 'b', 'B', 'en')");
    await world.attack(
      "update page set slug = 'z' where id = 1",
      "update page set slug = 'a' where id = 2",
      "update page set slug = 'b' where id = 1",
    );
    await world.attack("insert into page values (5, 'z', 'Z', 'en')");
    const { plan, outcome } = await world.undo();
    assert.deepEqual(await world.rows('select id, slug from page order by id'), [
      { id: 1, slug: 'a' },
      { id: 2, slug: 'b' },
    ]);
    assert.deepEqual(told(plan, outcome), []);
  }, PAGE));

test('[U8] generated columns are left out of steps and follow by themselves', () =>
  world(async (world) => {
    await world.honest('insert into item (id, price, count) values (1, 5, 2), (2, 1, 1)');
    await world.attack('update item set price = 100 where id = 1', 'delete from item where id = 2');
    const { steps } = await world.undo();
    assert.deepEqual(await world.rows('select id, price, total from item order by id'), [
      { id: 1, price: 5, total: 10 },
      { id: 2, price: 1, total: 1 },
    ]);
    assert.equal(JSON.stringify(steps).includes('total'), false);
  }, 'create table item (id integer primary key, price integer, count integer, total integer generated always as (price * count) stored)'));

test('[U9] no trigger fires while a repair is carried out', () =>
  world(
    async (world) => {
      await world.honest("insert into note values (1, 'a')");
      await world.attack("update note set title = 'HA'");
      await world.undo();
      assert.deepEqual(await world.rows('select what from log order by what'), [{ what: 'a' }]);
    },
    NOTE,
    'create table log (what text)',
    `create function note_log() returns trigger language plpgsql as $f$ begin insert into public.log values (new.title); return new; end $f$`,
    'create trigger note_log after insert or update on note for each row execute function note_log()',
  ));

test('[U9] a trigger that no session can turn off ends the repair before anything is changed', () =>
  world(
    async (world) => {
      await world.honest("insert into note values (1, 'a')");
      await world.attack("update note set title = 'HA'");
      await assert.rejects(world.undo(), { code: 'repair.not_valid' });
      assert.deepEqual(await world.rows('select title from note'), [{ title: 'HA' }]);
    },
    NOTE,
    `create function nothing() returns trigger language plpgsql as $f$ begin return new; end $f$`,
    'create trigger stubborn after insert or update on note for each row execute function nothing()',
    'alter table note enable always trigger stubborn',
  ));

test('[U10] rows deleted by the attack come back; rows that it added go; what it added and deleted leaves no trace', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a', 'x'), (2, 'b', 'y')");
    await world.attack('delete from note where id = 1', "insert into note values (7, 'evil'), (8, 'evil')");
    await world.attack('delete from note where id = 8', "update note set title = 'more evil' where id = 7");
    const { plan, outcome, steps } = await world.undo();
    assert.deepEqual(await world.rows('select id, title, body from note order by id'), [
      { id: 1, title: 'a', body: 'x' },
      { id: 2, title: 'b', body: 'y' },
    ]);
    assert.deepEqual(told(plan, outcome), []);
    assert.equal(steps.length, 3);
  }, NOTE));

test('[U10] a row that the attack deleted and added again is taken back cell by cell: what was changed in it since is kept', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a', 'x', 'ann')");
    await world.attack('delete from note', "insert into note values (1, 'HA', 'HA', 'ann')");
    await world.honest("update note set body = 'honest'");
    const { plan, outcome } = await world.undo();
    assert.deepEqual(await world.rows('select title, body, author from note'), [{ title: 'a', body: 'honest', author: 'ann' }]);
    assert.deepEqual(told(plan, outcome), ['cell.changed_later public.note 1']);
  }, NOTE));

test('[U10] a row that somebody honest saved by deleting and adding it again: what they left as it was is taken back', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a', 'x', 'ann')");
    await world.attack("update note set title = 'HA', body = 'HA'");
    await world.honest('delete from note', "insert into note values (1, 'HA', 'honest', 'ann')");
    const { plan, outcome } = await world.undo();
    assert.deepEqual(await world.rows('select title, body, author from note'), [{ title: 'a', body: 'honest', author: 'ann' }]);
    assert.deepEqual(told(plan, outcome), ['cell.changed_later public.note 1']);
  }, NOTE));

test('[U10] an honest row under the key of one that the attack deleted stands, and is listed', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a')");
    await world.attack("update note set title = 'HA'", 'delete from note');
    await world.honest("insert into note values (1, 'honest')");
    const { plan, outcome } = await world.undo();
    assert.deepEqual(await world.rows('select title from note'), [{ title: 'honest' }]);
    assert.deepEqual(told(plan, outcome), ['unique.taken public.note 1']);
  }, NOTE));

test('[U10] an honest deletion after the attack stands, and is listed', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a'), (2, 'b')");
    await world.attack("update note set title = 'HA' where id = 1", "insert into note values (3, 'evil')");
    await world.honest('delete from note where id in (1, 3)');
    const { plan, outcome } = await world.undo();
    assert.deepEqual(await world.rows('select id from note'), [{ id: 2 }]);
    assert.deepEqual(told(plan, outcome), ['cell.changed_later public.note 1']);
  }, NOTE));

test('[U6] rows that an honest deletion swept along, over a reference that the attack had written, are listed', () =>
  world(async (world) => {
    await world.honest('insert into node values (1, null), (2, null), (3, 2), (4, 3)');
    await world.attack('update node set parent_id = 1 where id = 2');
    await world.honest('delete from node where id = 1');
    const { plan, outcome } = await world.undo();
    assert.deepEqual(await world.rows('select id from node'), []);
    assert.deepEqual(told(plan, outcome), [
      'cell.changed_later public.node 2',
      'cell.changed_later public.node 3',
      'cell.changed_later public.node 4',
    ]);
  }, 'create table node (id integer primary key, parent_id integer references node on delete cascade)'));

const LINE = 'create table line (id integer generated always as identity primary key, note integer, said text, title text)';
const SAY = `insert into public.line (note, said, title)
  select n.id, $2, n.title from jsonb_array_elements($1::jsonb) k join public.note n on n.id = (k->>'id')::int
  where n.title is distinct from (select l.title from public.line l where l.note = n.id order by l.id desc limit 1)`;

test('[U39] what an attack added to a journal stays, and the repair says in lines of its own what it took back', () =>
  world(
    async (world) => {
      const journals = [{ table: 'line', lines: [{ of: 'note', sql: SAY }] }];
      const wrote = (id: number, title: string, by: string): string[] => [
        `update note set title = '${title}' where id = ${id}`,
        `insert into line (note, said, title) values (${id}, '${by}', '${title}')`,
      ];
      await world.honest(
        "insert into note values (1, 'a'), (2, 'b')",
        "insert into line (note, said, title) values (1, 'ann', 'a'), (2, 'ann', 'b')",
      );
      await world.attack(...wrote(1, 'HA', 'ann'), ...wrote(2, 'HA', 'ann'));
      await world.honest(...wrote(2, 'mended', 'bob'));
      const { plan, outcome } = await world.undo({ journals });
      assert.deepEqual(await world.rows('select id, title from note order by id'), [
        { id: 1, title: 'a' },
        { id: 2, title: 'mended' },
      ]);
      const lines = await world.rows<{ said: string; title: string }>('select note, said, title from line order by note, id');
      assert.deepEqual(lines, [
        { note: 1, said: 'ann', title: 'a' },
        { note: 1, said: 'ann', title: 'HA' },
        { note: 1, said: plan.id, title: 'a' },
        { note: 2, said: 'ann', title: 'b' },
        { note: 2, said: 'ann', title: 'HA' },
        { note: 2, said: 'bob', title: 'mended' },
      ]);
      assert.deepEqual(told(plan, outcome), ['cell.changed_later public.note 2']);
    },
    NOTE,
    LINE,
  ));

test('[U39] a statement of a journal that fails ends the repair, and nothing is changed', () =>
  world(
    async (world) => {
      await world.honest("insert into note values (1, 'a')");
      await world.attack("update note set title = 'HA'");
      const journals = [{ table: 'line', lines: [{ of: 'note', sql: 'insert into public.nowhere select $1::text, $2::text' }] }];
      await assert.rejects(world.undo({ journals }), { code: 'repair.not_valid' });
      assert.deepEqual(await world.rows('select title from note'), [{ title: 'HA' }]);
    },
    NOTE,
    LINE,
  ));
