import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useCluster } from '@bulkhead/testkit';
import { inWorld, told } from './world.ts';

const cluster = await useCluster({ name: 'website', settings: { max_replication_slots: '40' } });
const world = inWorld(cluster);

const column = (table: string, name: string, merge: 'counter' | 'set' | 'json-path' | 'derived') => ({
  columns: [{ table, column: name, merge }],
});

test('[U11] from a counter only the attack’s own share is subtracted, whoever counted since', () =>
  world(async (world) => {
    await world.honest('insert into visit values (1, 10), (2, 5)');
    await world.attack('update visit set count = count + 1000', 'update visit set count = count + 7 where id = 2');
    await world.honest('update visit set count = count + 3 where id = 1');
    await world.attack('update visit set count = count - 1 where id = 1');
    const { plan, outcome } = await world.undo(column('visit', 'count', 'counter'));
    assert.deepEqual(await world.rows('select * from visit order by id'), [
      { id: 1, count: '13' },
      { id: 2, count: '5' },
    ]);
    assert.deepEqual(told(plan, outcome), []);
  }, 'create table visit (id integer primary key, count bigint not null)'));

test('[U12] from a set only what the attack added goes, and only what it took comes back', () =>
  world(async (world) => {
    await world.honest(`insert into tagged values (1, '["a","b"]', '{a,b}')`);
    await world.attack(`update tagged set labels = '["b","evil"]', words = '{b,evil,"x,\\"y"}'`);
    await world.honest(`update tagged set labels = '["b","evil","honest"]', words = array_append(words, 'honest')`);
    const { plan, outcome } = await world.undo({
      columns: [
        { table: 'tagged', column: 'labels', merge: 'set' },
        { table: 'tagged', column: 'words', merge: 'set' },
      ],
    });
    assert.deepEqual(await world.rows('select labels, words from tagged'), [
      { labels: ['b', 'honest', 'a'], words: ['b', 'honest', 'a'] },
    ]);
    assert.deepEqual(told(plan, outcome), []);
  }, 'create table tagged (id integer primary key, labels jsonb, words text[])'));

test('[U12] an element that an honest person took and gave again is theirs', () =>
  world(async (world) => {
    await world.honest(`insert into tagged values (1, '["a"]')`);
    await world.attack(`update tagged set labels = '["a","b","evil"]'`);
    await world.honest(`update tagged set labels = '["a","evil"]'`);
    await world.honest(`update tagged set labels = '["a","evil","b"]'`);
    const { plan } = await world.undo(column('tagged', 'labels', 'set'));
    assert.deepEqual(await world.rows('select labels from tagged'), [{ labels: ['a', 'b'] }]);
    assert.deepEqual(told(plan), ['cell.changed_later public.tagged 1']);
  }, 'create table tagged (id integer primary key, labels jsonb)'));

test('[U13] in a JSON document only the paths that the attack changed are taken back; numbers stay as they were written', () =>
  world(async (world) => {
    await world.honest(
      `insert into doc values (1, '{"title": "a", "price": 1.10, "meta": {"by": "ann", "n": 12345678901234567890}}')`,
    );
    await world.attack(
      `update doc set body = '{"title": "HA", "price": 9.90, "meta": {"by": "eve", "n": 12345678901234567890, "x": 1}}'`,
    );
    await world.honest(`update doc set body = jsonb_set(body, '{meta,seen}', 'true')`);
    await world.honest(`update doc set body = jsonb_set(body, '{price}', '9.95')`);
    const { plan, outcome } = await world.undo(column('doc', 'body', 'json-path'));
    assert.deepEqual(await world.rows('select body::text from doc'), [
      { body: '{"meta": {"n": 12345678901234567890, "by": "ann", "seen": true}, "price": 9.95, "title": "a"}' },
    ]);
    assert.deepEqual(told(plan, outcome), ['cell.changed_later public.doc 1']);
  }, 'create table doc (id integer primary key, body jsonb)'));

test('[U14] an array without a merge class is one value: whoever wrote it last has it', () =>
  world(async (world) => {
    await world.honest("insert into list values (1, '{1,2}'), (2, '{{1,2},{3,4}}')");
    await world.attack("update list set numbers = '{9}'");
    await world.honest('update list set numbers = array_append(numbers, 3) where id = 1');
    const { plan, outcome } = await world.undo();
    assert.deepEqual(await world.rows('select id, numbers::text from list order by id'), [
      { id: 1, numbers: '{9,3}' },
      { id: 2, numbers: '{{1,2},{3,4}}' },
    ]);
    assert.deepEqual(told(plan, outcome), ['cell.changed_later public.list 1']);
  }, 'create table list (id integer primary key, numbers integer[])'));

test('[U17] a workflow’s state is not set back but listed with the action that may; the other cells are', () =>
  world(async (world) => {
    await world.honest("insert into task values (1, 'open', 'a'), (2, 'open', 'b')");
    await world.attack(
      "update task set state = 'done', title = 'HA' where id = 1",
      "insert into task values (3, 'open', 'evil')",
    );
    await world.attack("update task set state = 'done' where id = 3");
    const { plan, outcome } = await world.undo({ states: [{ table: 'task', column: 'state', route: 'task.reopen' }] });
    assert.deepEqual(await world.rows('select * from task order by id'), [
      { id: 1, state: 'done', title: 'a' },
      { id: 2, state: 'open', title: 'b' },
    ]);
    assert.deepEqual(told(plan, outcome), ['state.needs_action public.task 1']);
    assert.match(plan.dependents[0]?.detail ?? '', /task\.reopen/);
  }, 'create table task (id integer primary key, state text, title text)'));

test('[U18] a row of the attack that honest rows refer to, or that somebody changed, is marked as gone', () =>
  world(
    async (world) => {
      await world.attack("insert into parent values (1, 'evil', 'live'), (2, 'evil', 'live'), (3, 'evil', 'live')");
      await world.honest('insert into child values (10, 1)');
      await world.honest("update parent set name = 'corrected' where id = 2");
      const { plan, outcome } = await world.undo({ tombstones: [{ table: 'parent', column: 'state', value: 'gone' }] });
      assert.deepEqual(await world.rows('select * from parent order by id'), [
        { id: 1, name: 'evil', state: 'gone' },
        { id: 2, name: 'corrected', state: 'gone' },
      ]);
      assert.equal(outcome.tombstones, 1);
      assert.deepEqual(told(plan), ['cell.changed_later public.parent 2', 'row.referred_to public.child 10']);
    },
    'create table parent (id integer primary key, name text, state text)',
    'create table child (id integer primary key, parent_id integer references parent)',
  ));

test('[U26] an honest row that rests, as the manifest declares, on what the attack wrote is listed', () =>
  world(
    async (world) => {
      await world.honest('insert into price values (1, 5), (2, 6)');
      await world.honest('insert into bill values (1, 1, 5)');
      await world.attack('update price set amount = 1 where id = 1');
      await world.honest('insert into bill values (2, 1, 1), (3, 2, 6)', 'update bill set paid = true where id = 1');
      await world.honest('delete from bill where id = 1', 'insert into bill values (1, 1, 5, false)');
      const { plan } = await world.undo({ basis: [{ table: 'bill', columns: ['price_id'], references: 'price' }] });
      assert.deepEqual(told(plan), ['basis.compromised public.bill 2']);
      assert.equal((await world.rows('select 1 from bill')).length, 3);
    },
    'create table price (id integer primary key, amount integer)',
    'create table bill (id integer primary key, price_id integer, amount integer, paid boolean)',
  ));

test('[U27] what left the house is listed, since nothing brings it back', () =>
  world(async (world) => {
    await world.attack("insert into mail values (1, 'all@example.org')");
    const { plan } = await world.undo({ effects: [{ table: 'mail', what: 'mail was sent' }] });
    assert.deepEqual(told(plan), ['effect.outside public.mail 1']);
    assert.deepEqual(await world.rows('select * from mail'), []);
  }, 'create table mail (id integer primary key, recipient text)'));

test('[U28] derived columns are left to what derives them', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a', 'A')");
    await world.attack("update note set title = 'b', search = 'B'");
    await world.honest("update note set search = 'B2'");
    const { plan, steps } = await world.undo(column('note', 'search', 'derived'));
    assert.deepEqual(await world.rows('select title, search from note'), [{ title: 'a', search: 'B2' }]);
    assert.deepEqual(told(plan), []);
    assert.equal(JSON.stringify(steps).includes('search'), false);
  }, 'create table note (id integer primary key, title text, search text)'));
