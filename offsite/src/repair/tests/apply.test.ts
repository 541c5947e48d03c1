import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_SCOPE } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import type { Admin } from '@bulkhead/postgres';
import { useCluster, waitUntil } from '@bulkhead/testkit';
import { applyRepair, RepairJournal } from '#standby/repair.actions.ts';
import { readSteps } from '#standby/repair-spool.actions.ts';
import { headOf, inWorld, told, type World } from './world.ts';

const cluster = await useCluster({ name: 'website', settings: { max_replication_slots: '40' } });
const world = inWorld(cluster);

const NOTE = 'create table note (id integer primary key, title text, body text, count integer not null default 0)';

async function beside<Result>(world: World, work: (session: Admin) => Promise<Result>): Promise<Result> {
  const session = await world.another();
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Waits until somebody waits for a lock in this database. */
function untilBlocked(world: World): Promise<unknown> {
  return waitUntil(
    async () => {
      const waiting = await beside(world, (session) =>
        session.query(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`),
      );
      return waiting.length > 0;
    },
    { what: 'somebody waits' },
  );
}

test('[U21] an undo is undone like anything else: what it took back stands again, what came later is kept', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a', 'x', 5), (2, 'b', null, 0), (3, 'c', null, 0)");
    await world.attack(
      "update note set title = 'HA', count = 9 where id = 1",
      'delete from note where id = 2',
      "insert into note values (4, 'evil')",
    );
    const before = await world.rows<Record<string, unknown>>('select * from note order by id');
    const { head } = await world.undo({ columns: [{ table: 'note', column: 'count', merge: 'counter' }] });
    await world.honest("update note set body = 'honest', count = count + 1 where id = 1");
    const history = await world.remember();
    const repair = history.find(({ token }) => token === head.token);
    const transactions = [{ timeline: 1, commitLsn: repair?.origin.commitLsn ?? '' }];
    const scope = { ...EMPTY_SCOPE, transactions };
    const { plan, outcome } = await world.undo({ columns: [{ table: 'note', column: 'count', merge: 'counter' }] }, { scope });
    const after = await world.rows<Record<string, unknown>>('select * from note order by id');
    assert.deepEqual(after, [{ ...before[0], body: 'honest', count: 10 }, ...before.slice(1)]);
    assert.deepEqual(told(plan, outcome), []);
  }, NOTE));

test('[U23] an honest edit that is under way when the undo comes to its row wins, and is listed', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a'), (2, 'b')");
    await world.attack("update note set title = 'HA'");
    await beside(world, async (person) => {
      await person.query('begin');
      await person.query("update note set title = 'honest' where id = 1");
      const undoing = world.undo();
      await untilBlocked(world);
      await person.query('commit');
      const { outcome } = await undoing;
      assert.deepEqual(told(outcome), ['cell.changed_later public.note 1']);
    });
    assert.deepEqual(await world.rows('select id, title from note order by id'), [
      { id: 1, title: 'honest' },
      { id: 2, title: 'b' },
    ]);
  }, NOTE));

test('[U23] an honest edit that comes while the undo holds the row is done after it', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a', 'x', 5)");
    await world.attack("update note set title = 'HA', count = 1000");
    const { plan, file } = await world.plan({ columns: [{ table: 'note', column: 'count', merge: 'counter' }] });
    await beside(world, async (person) => {
      let edit: Promise<unknown> = Promise.resolve();
      const steps = async function* () {
        yield* readSteps(file);
        // The rows are not yet locked: a batch is carried out when the steps end.
        edit = sleepMs(5).then(() => person.query("update note set body = 'honest', count = count + 1 where id = 1"));
      };
      await applyRepair(world.admin, headOf(plan, {}), steps);
      await edit;
    });
    assert.deepEqual(await world.rows('select * from note'), [{ id: 1, title: 'a', body: 'honest', count: 6 }]);
  }, NOTE));

test('[U23] an honest row that begins to refer to a row of the attack while it is taken back keeps it', () =>
  world(
    async (world) => {
      await world.attack("insert into note values (1, 'evil'), (2, 'evil')");
      await beside(world, async (person) => {
        await person.query('begin');
        await person.query('insert into reply values (10, 1)');
        const undoing = world.undo();
        await untilBlocked(world);
        await person.query('commit');
        const { outcome } = await undoing;
        assert.deepEqual(told(outcome), ['row.referred_to public.reply 10']);
      });
      assert.deepEqual(await world.rows('select id from note'), [{ id: 1 }]);
    },
    NOTE,
    'create table reply (id integer primary key, note_id integer references note)',
  ));

test('[U23] hundreds of honest edits while an undo runs: each one stands at the end', () =>
  world(async (world) => {
    const rows = 3000;
    await world.honest(`insert into note select i, 'original ' || i from generate_series(1, ${rows}) i`);
    await world.attack("update note set title = 'HA ' || id");
    const { plan, file } = await world.plan();
    const written = new Map<number, string>();
    let isDone = false;
    const people = [1, 2, 3].map((who) =>
      beside(world, async (person) => {
        for (let edit = 0; !isDone && edit < 5000; edit += 1) {
          const id = ((edit * 37 * who) % rows) + 1;
          if (id % 3 !== who % 3) continue;
          const title = `honest ${who} ${edit}`;
          await person.query('update note set title = $1 where id = $2', [title, id]);
          written.set(id, title);
        }
      }),
    );
    // In parts, so that people come in between.
    const steps = async function* () {
      let number = 0;
      for await (const step of readSteps(file)) {
        number += 1;
        if (number % 300 === 0) await sleepMs(10);
        yield step;
      }
    };
    await waitUntil(() => Promise.resolve(written.size > 50), { what: 'people are at work' });
    await applyRepair(world.admin, headOf(plan, {}), steps);
    isDone = true;
    await Promise.all(people);
    const found = await world.rows<{ id: number; title: string }>('select id, title from note');
    assert.equal(found.length, rows);
    for (const { id, title } of found) assert.equal(title, written.get(id) ?? `original ${id}`);
  }, NOTE));

test('[U24] a plan that was carried out is not carried out again: it answers the same', () =>
  world(async (world) => {
    const journal = new RepairJournal();
    const counter = { columns: [{ table: 'note', column: 'count', merge: 'counter' as const }] };
    await world.honest("insert into note values (1, 'a', 'x', 5)");
    await world.attack('update note set count = count + 100');
    await world.honest('update note set count = count + 1');
    const { head, file, outcome } = await world.undo(counter, { journal });
    assert.deepEqual(await applyRepair(world.admin, head, () => readSteps(file), journal), outcome);
    assert.deepEqual(await world.rows('select count from note'), [{ count: 6 }]);
    await assert.rejects(
      applyRepair(world.admin, { ...head, digest: '0'.repeat(64) }, () => readSteps(file), journal),
      {
        code: 'repair.wrong_digest',
      },
    );
  }, NOTE));

test('[U24] a repair that failed left nothing, and is carried out when it is asked for again', () =>
  world(async (world) => {
    const journal = new RepairJournal();
    await world.honest("insert into note values (1, 'a'), (2, 'b')");
    await world.attack("update note set title = 'HA'");
    const { plan, file } = await world.plan();
    const broken = async function* () {
      for await (const step of readSteps(file)) {
        yield step;
        throw new Error('the steps broke off');
      }
    };
    await assert.rejects(applyRepair(world.admin, headOf(plan, {}), broken, journal), { code: 'postgres.query_failed' });
    assert.deepEqual(await world.rows('select distinct title from note'), [{ title: 'HA' }]);
    const outcome = await applyRepair(world.admin, headOf(plan, {}), () => readSteps(file), journal);
    assert.equal(outcome.applied, 2);
  }, NOTE));

test('[U30] the repair is one transaction with its own token, and the WAL names its plan', () =>
  world(async (world) => {
    await world.honest("insert into note values (1, 'a'), (2, 'b')");
    await world.attack("update note set title = 'HA'");
    await world.remember();
    const { head, outcome } = await world.undo();
    const [repair, ...more] = (await world.remember()).slice(2);
    assert.deepEqual(more, []);
    assert.equal(repair?.token, head.token);
    assert.equal(repair?.changes.length, 2);
    assert.equal(repair?.origin.xid, String(BigInt(outcome.xid) % 2n ** 32n));
  }, NOTE));

test('[U31] what would break a constraint is not committed: the error names it', () =>
  world(async (world) => {
    await world.honest('insert into seat values (1, 1), (2, 2)');
    await world.attack('update seat set place = 7 where id = 1');
    const { plan, steps } = await world.plan();
    // Somebody took the place meanwhile; a constraint that is checked late is not asked while steps are carried out.
    await world.honest('update seat set place = 1 where id = 2');
    await assert.rejects(world.apply(steps, plan.id), { code: 'repair.not_valid', message: /seat_place/ });
    assert.deepEqual(await world.rows('select place from seat order by id'), [{ place: 7 }, { place: 1 }]);
  }, 'create table seat (id integer primary key, place integer, constraint seat_place unique (place) deferrable initially deferred)'));

test('[U31] a value that a check refuses beside an honest change is listed, and the other rows are taken back', () =>
  world(async (world) => {
    await world.honest('insert into span values (1, 1, 5), (2, 1, 5)');
    await world.attack('update span set until = 9');
    await world.honest('update span set since = 7 where id = 1');
    const { plan, outcome } = await world.undo();
    assert.deepEqual(await world.rows('select * from span order by id'), [
      { id: 1, since: 7, until: 9 },
      { id: 2, since: 1, until: 5 },
    ]);
    assert.deepEqual(told(plan, outcome), ['row.not_as_told public.span 1']);
  }, 'create table span (id integer primary key, since integer, until integer, check (since <= until))'));
