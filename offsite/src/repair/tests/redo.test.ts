import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useCluster } from '@bulkhead/testkit';
import { ATTACK, inWorld, type Settings, told, type World } from './world.ts';

const cluster = await useCluster({ name: 'website', settings: { max_replication_slots: '40' } });
const world = inWorld(cluster);

const NOTE = 'create table note (id integer primary key, title text, body text, count integer not null default 0)';

/** Puts tables back to a moment, as a restore would, and does the honest work again. */
async function redo(world: World, tables: readonly string[], settings: Settings, story: () => Promise<void>) {
  for (const table of tables) await world.admin.query(`create table clean_${table} as select * from ${table}`);
  const clean = (await world.remember()).length;
  await story();
  const history = await world.remember();
  const cleanLsn = history[clean]?.origin.commitLsn ?? '0/0';
  const { plan, steps } = await world.plan(settings, { way: 'redo', scope: ATTACK, cleanLsn });
  await world.admin.query('set session_replication_role = replica');
  for (const table of tables) {
    await world.admin.query(`delete from ${table}`);
    await world.admin.query(`insert into ${table} select * from clean_${table}`);
  }
  await world.admin.query('set session_replication_role = default');
  return { plan, outcome: await world.apply(steps, plan.id, settings) };
}

test('[U32] redo does what honest people did again from a clean point on, as if the attack had not been', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a', 'x', 5), (2, 'b', 'y', 6), (3, 'c', null, 0)");
    const settings = { columns: [{ table: 'note', column: 'count', merge: 'counter' as const }] };
    const { plan, outcome } = await redo(world, ['note'], settings, async () => {
      await world.honest("update note set title = 'a2' where id = 1", "insert into note values (4, 'd')");
      await world.attack(
        "update note set title = 'HA', count = count + 1000",
        "insert into note values (66, 'evil')",
        'delete from note where id = 3',
      );
      await world.honest("update note set body = 'honest', count = count + 1 where id = 1");
      await world.attack('update note set id = 22 where id = 2');
      await world.honest("update note set body = 'moved' where id = 22", 'delete from note where id = 4');
      await world.honest("insert into note values (5, 'e')");
    });
    assert.deepEqual(await world.rows('select * from note order by id'), [
      { id: 1, title: 'a2', body: 'honest', count: 6 },
      { id: 2, title: 'b', body: 'moved', count: 6 },
      { id: 3, title: 'c', body: null, count: 0 },
      { id: 5, title: 'e', body: null, count: 0 },
    ]);
    assert.deepEqual(told(plan, outcome), ['cell.changed_later public.note 4']);
    assert.equal(plan.transactions, 2);
  }, NOTE));

test('[U32] redo lists what rests on the attack: a cell written again, a row that was added to its rows', () =>
  world(
    async (world) => {
      await world.honest("insert into note values (1, 'a'), (2, 'b')");
      const { plan, outcome } = await redo(world, ['note', 'reply'], {}, async () => {
        await world.attack(
          "update note set title = 'HA' where id = 1",
          "insert into note values (9, 'evil')",
          'delete from note where id = 2',
        );
        await world.honest("update note set title = 'mended' where id = 1", "update note set body = 'x' where id = 9");
        await world.honest('insert into reply values (10, 9), (11, 1)', "insert into note values (2, 'again')");
      });
      assert.deepEqual(await world.rows('select id, title from note order by id'), [
        { id: 1, title: 'mended' },
        { id: 2, title: 'again' },
      ]);
      assert.deepEqual(await world.rows('select id from reply'), [{ id: 11 }]);
      assert.deepEqual(told(plan, outcome), [
        'cell.changed_later public.note 1',
        'cell.changed_later public.note 9',
        'reference.gone public.reply 10',
        'unique.taken public.note 2',
      ]);
    },
    NOTE,
    'create table reply (id integer primary key, note_id integer references note)',
  ));

test('[U32] redo takes away again what an honest deletion swept along', () =>
  world(
    async (world) => {
      await world.honest("insert into note values (1, 'a'), (2, 'b')", 'insert into reply values (10, 1), (11, 1), (12, 2)');
      await world.honest('insert into reaction values (100, 10), (101, 12)');
      const { plan, outcome } = await redo(world, ['note', 'reply', 'reaction'], {}, async () => {
        await world.attack("update note set title = 'HA'");
        await world.honest('delete from note where id = 1');
      });
      assert.deepEqual(await world.rows('select id, title from note'), [{ id: 2, title: 'b' }]);
      assert.deepEqual(await world.rows('select id from reply'), [{ id: 12 }]);
      assert.deepEqual(await world.rows('select id from reaction'), [{ id: 101 }]);
      assert.deepEqual(told(plan, outcome), ['cell.changed_later public.note 1']);
    },
    NOTE,
    'create table reply (id integer primary key, note_id integer references note on delete cascade)',
    'create table reaction (id integer primary key, reply_id integer references reply on delete cascade)',
  ));

test('[U38] redo keeps the clean cells of a row that honest people save by deleting it and adding it again', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a', 'x', 5), (2, 'b', 'y', 6), (3, 'c', 'z', 7), (4, 'd', 'w', 0)");
    const settings = { columns: [{ table: 'note', column: 'count', merge: 'counter' as const }] };
    const { plan, outcome } = await redo(world, ['note'], settings, async () => {
      await world.attack(
        "update note set title = 'HA', count = count + 1000 where id <= 3",
        "insert into note values (66, 'evil', null, 0)",
        'update note set id = 44 where id = 4',
      );
      await world.honest(
        'delete from note where id in (1, 2, 3, 44, 66)',
        "insert into note values (2, 'HA', 'y2', 1007), (1, 'HA', 'x', 1005)",
        "insert into note values (3, 'mended', 'z', 1007), (44, 'd', 'w2', 0), (66, 'evil', 'seen', 0)",
      );
      await world.honest('delete from note where id = 1', "insert into note values (1, 'HA', 'x3', 1006)");
    });
    assert.deepEqual(await world.rows('select * from note order by id'), [
      { id: 1, title: 'a', body: 'x3', count: 6 },
      { id: 2, title: 'b', body: 'y2', count: 7 },
      { id: 3, title: 'mended', body: 'z', count: 7 },
      { id: 4, title: 'd', body: 'w2', count: 0 },
    ]);
    assert.deepEqual(told(plan, outcome), ['cell.changed_later public.note 3', 'cell.changed_later public.note 66']);
  }, NOTE));

test('[U38] redo takes a row that was deleted in one transaction and added in another as a new one', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a', 'x')");
    const { plan, outcome } = await redo(world, ['note'], {}, async () => {
      await world.attack("update note set title = 'HA'");
      await world.honest('delete from note');
      await world.honest("insert into note values (1, 'new', 'y')");
    });
    assert.deepEqual(await world.rows('select id, title, body from note'), [{ id: 1, title: 'new', body: 'y' }]);
    assert.deepEqual(told(plan, outcome), ['cell.changed_later public.note 1']);
  }, NOTE));
