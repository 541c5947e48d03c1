import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '@bulkhead/kernel';
import { useCluster, waitUntil } from '@bulkhead/testkit';
import { sql } from 'kysely';
import { openAdmin } from '../session/connection.ts';
import { openDatabase } from '../transaction/database.ts';
import { allowLogin, forbidLogin } from './login.ts';

type Schema = { note: { id: number } };

// Far more than needed, far less than for ever.
const PROMPT_MS = 10_000;
const world = await useCluster({ name: 'sealed' });
const roles = ['sealed_app', 'sealed_reader', 'sealed_owner'];

function withoutStandby(): Promise<void> {
  return world.cluster.reconfigure({ synchronous_standby_names: 'offsite', fsync: 'off' });
}

async function waitingForStandby(): Promise<number> {
  const rows = await world.admin.query("select 1 from pg_stat_activity where wait_event = 'SyncRep'");
  return rows.length;
}

test('[P16] sealing while the synchronous standby is away returns promptly, ends every session, and later writes fail', async () => {
  const owner = await openAdmin(world.connection('owner'));
  await owner.query('create table note (id int primary key)');
  await owner.close();
  const db = openDatabase<Schema>({ connection: world.connection('app'), maxConnections: 4 });
  await withoutStandby();
  await waitUntil(
    async () =>
      (
        await world.admin.query('select 1 from pg_settings where name = $1 and setting = $2', [
          'synchronous_standby_names',
          'offsite',
        ])
      ).length === 1,
    { what: 'the server waits for the standby' },
  );
  await sql`select 1`.execute(db.read);
  const hanging = db.transact('token', async (trx) => {
    await trx.insertInto('note').values({ id: 1 }).execute();
  });
  const outcome = hanging.then(
    () => 'committed',
    (error: unknown) => (hasCode(error, 'transaction.in_doubt') ? 'in doubt' : String(error)),
  );
  await waitUntil(async () => (await waitingForStandby()) === 1, { what: 'a commit waits for the standby' });

  const startedAt = performance.now();
  await forbidLogin(world.admin, roles);
  assert.ok(performance.now() - startedAt < PROMPT_MS);
  assert.equal(await outcome, 'in doubt');
  assert.deepEqual(await world.admin.query('select pid from pg_stat_activity where usename = any($1)', [roles]), []);
  await assert.rejects(
    db.transact('token', (trx) => trx.insertInto('note').values({ id: 2 }).execute()),
    { code: 'postgres.unreachable' },
  );
  await assert.rejects(db.read.selectFrom('note').selectAll().execute(), { code: 'postgres.unreachable' });

  await allowLogin(world.admin, roles);
  await world.cluster.reconfigure({ fsync: 'off' });
  const rows = await db.read.selectFrom('note').selectAll().execute();
  assert.deepEqual(rows, [{ id: 1 }], 'the transaction in doubt stands locally, the refused one does not');
  await db.close();
});
