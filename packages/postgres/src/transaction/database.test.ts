import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { temporaryDirectory, useCluster, waitUntil } from '@bulkhead/testkit';
import { type Generated, type Kysely, sql } from 'kysely';
import { socketPath } from '../session/connection.ts';
import { sqlState, violatedConstraint } from '../session/query-error.ts';
import { openDatabase } from './database.ts';

type Schema = {
  page: { id: number; slug: string; day: string | null; seen_at: Generated<Date>; size: Generated<string> };
  part: { page_id: number };
};

const directory = await temporaryDirectory();
const migrations = join(directory, 'migrations');
await mkdir(migrations);
await writeFile(
  join(migrations, '0001-create-page.sql'),
  `create table page (
     id int primary key,
     slug text not null constraint page_slug_taken unique,
     day date,
     seen_at timestamptz not null default now(),
     size bigint not null default 0 constraint page_size_positive check (size >= 0)
   );
   create table part (page_id int constraint part_of_page references page deferrable initially deferred);`,
);
const world = await useCluster({ name: 'journal', migrations });
const db = world.database.open<Schema>();
const inside = await world.adminOf('journal');

function addPage(id: number, slug = `page ${id}`) {
  return (trx: Kysely<Schema>) => trx.insertInto('page').values({ id, slug }).execute();
}

async function decoded(work: () => Promise<unknown>): Promise<string[]> {
  await inside.query("select pg_create_logical_replication_slot('decoding', 'test_decoding')");
  try {
    await work();
    const rows = await inside.query<{ data: string }>("select data from pg_logical_slot_get_changes('decoding', null, null)");
    return rows.map(({ data }) => data);
  } finally {
    await inside.query("select pg_drop_replication_slot('decoding')");
  }
}

test('[P10] a transaction stands in the WAL with exactly its token, first, under the id that is returned', async () => {
  let xid = '';
  const stream = await decoded(async () => {
    const committed = await db.transact('token of page 1', async (trx) => {
      await addPage(1)(trx);
      return trx.selectFrom('page').select('slug').executeTakeFirstOrThrow();
    });
    assert.deepEqual(committed.result, { slug: 'page 1' });
    xid = committed.xid;
  });
  assert.equal(stream.length, 4);
  assert.equal(stream[0], `BEGIN ${xid}`);
  assert.equal(stream[1], 'message: transactional: 1 prefix: bulkhead.token, sz: 15 content:token of page 1');
  assert.match(stream[2] ?? '', /^table public\.page: INSERT: id\[integer\]:1 /);
  assert.equal(stream[3], `COMMIT ${xid}`);
});

test('[P10] a second token in one transaction is refused, and so is a token after a write', async () => {
  await assert.rejects(
    db.transact('first', (trx) => sql`select bulkhead.tag('second')`.execute(trx)),
    { code: 'transaction.already_tagged' },
  );
  const owner = world.database.open<Schema>('owner');
  await assert.rejects(
    owner.transact('first', async (trx) => {
      await sql`savepoint one`.execute(trx);
      await sql`rollback to savepoint one`.execute(trx);
      await sql`select bulkhead.tag('second')`.execute(trx);
    }),
    { code: 'transaction.already_tagged' },
  );
});

test('[P10] a missing, oversized or unspeakable token begins nothing', async () => {
  let wasCalled = false;
  const write = async () => {
    wasCalled = true;
  };
  await assert.rejects(db.transact('', write), { code: 'token.missing' });
  await assert.rejects(db.transact('x'.repeat(8193), write), { code: 'token.invalid' });
  await assert.rejects(db.transact('é'.repeat(4097), write), { code: 'token.invalid' });
  await assert.rejects(db.transact('a\0b', write), { code: 'token.invalid' });
  assert.equal(wasCalled, false);
  await db.transact('x'.repeat(8192), write);
  for (const token of ['', 'x'.repeat(8193)]) {
    await assert.rejects(inside.query('select bulkhead.tag($1)', [token]), (error) => sqlState(error) === 'BH002');
  }
});

test('[P11] other sessions of the same role do not see the token', async () => {
  await db.transact('secret-token-7', async (trx) => {
    const { rows } = await sql<{ query: string }>`select query from pg_stat_activity where usename = current_user`.execute(
      db.read,
    );
    assert.ok(rows.some(({ query }) => query.includes('bulkhead.tag($1)')));
    assert.ok(rows.every(({ query }) => !query.includes('secret-token-7')));
    await addPage(7)(trx);
  });
});

test('[P11] a transaction with one statement takes three round trips: the token costs none of its own', async () => {
  const { connection, roundTrips } = await countRoundTrips();
  const counted = openDatabase<Schema>({ connection, maxConnections: 2 });
  await counted.transact('token', addPage(21));
  const before = roundTrips();
  await counted.transact('token', addPage(22));
  assert.equal(roundTrips() - before, 3);
  await counted.close();
});

/** A proxy before the server's socket: each change from the server's turn to the client's begins a round trip. */
async function countRoundTrips() {
  let count = 0;
  const proxy = createServer((client) => {
    const server = connect(socketPath(world.socketDirectory));
    let isServersTurn = false;
    client.on('data', (chunk) => {
      if (!isServersTurn) count += 1;
      isServersTurn = true;
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      isServersTurn = false;
      client.write(chunk);
    });
    client.on('close', () => server.destroy()).on('error', () => undefined);
    server.on('close', () => client.destroy()).on('error', () => undefined);
  });
  const socketDirectory = join(directory, 'proxy');
  await mkdir(socketDirectory);
  await new Promise<void>((resolve) => proxy.listen(socketPath(socketDirectory), resolve));
  after(() => proxy.close());
  return { connection: { ...world.connection('app'), host: socketDirectory }, roundTrips: () => count };
}

test('[P12] what throws leaves nothing behind, is thrown on as it is, and the next transaction is not disturbed', async () => {
  const reason = new EstateError('input.invalid', 'judging a page');
  const stream = await decoded(async () => {
    await assert.rejects(
      db.transact('token', async (trx) => {
        await addPage(31)(trx);
        throw reason;
      }),
      (error) => error === reason,
    );
  });
  assert.deepEqual(stream, []);
  assert.deepEqual(await db.read.selectFrom('page').selectAll().where('id', '=', 31).execute(), []);
  await Promise.all(Array.from({ length: 12 }, (_, index) => db.transact(`token ${index}`, addPage(100 + index))));
  const [counted] = await db.read
    .selectFrom('page')
    .select(db.read.fn.countAll<string>().as('count'))
    .where('id', '>=', 100)
    .execute();
  assert.equal(counted?.count, '12');
});

test('[P12] a violated constraint is told by name, at the statement and at the commit, without the row', async () => {
  await db.transact('token', addPage(41, 'taken'));
  const taken = await db.transact('token', addPage(42, 'taken')).catch((error: unknown) => error);
  assert.equal(violatedConstraint(taken), 'page_slug_taken');
  assert.ok(hasCode(taken, 'postgres.query_failed'));
  const missing = await db
    .transact('token', (trx) => trx.insertInto('part').values({ page_id: 4711 }).execute())
    .catch((error: unknown) => error);
  assert.equal(violatedConstraint(missing), 'part_of_page');
  assert.ok(hasCode(missing, 'postgres.query_failed'), 'refused, not in doubt');
  const negative = await db
    .transact('token', (trx) => trx.updateTable('page').set({ size: '-1' }).where('id', '=', 41).execute())
    .catch((error: unknown) => error);
  assert.equal(violatedConstraint(negative), 'page_size_positive');
  const empty = await db
    .transact('token', (trx) => sql`insert into page (id) values (43)`.execute(trx))
    .catch((error: unknown) => error);
  assert.equal(violatedConstraint(empty), 'page.slug');
  assert.equal(violatedConstraint(new Error('another')), undefined);
});

test('[P20] an error of the database carries neither the row nor the value that was sent', async () => {
  const errors = [
    await db.transact('token', addPage(44, 'taken')).catch((thrown: unknown) => thrown),
    await db.transact('token', (trx) => sql`select ${'my secret'}::int`.execute(trx)).catch((thrown: unknown) => thrown),
  ];
  for (const error of errors) {
    assert.ok(error instanceof EstateError && error.cause instanceof Error);
    assert.doesNotMatch(JSON.stringify([Object.entries(error.cause), error.cause.message]), /\(taken\)|my secret/);
  }
});

test('[P12] a failed statement that the code swallowed is not told as committed', async () => {
  const swallowed = db.transact('token', async (trx) => {
    await addPage(51)(trx);
    await addPage(51)(trx).catch(() => undefined);
  });
  await assert.rejects(swallowed, { code: 'postgres.query_failed', message: /rolled back/ });
  assert.deepEqual(await db.read.selectFrom('page').select('id').where('id', '=', 51).execute(), []);
});

test('[P13] a statement cannot end the transaction it runs in and go on without a token', async () => {
  for (const ending of ['commit', 'commit and chain', 'rollback', 'rollback and chain', "prepare transaction 'x'"]) {
    let later: unknown;
    const ended = db.transact('token', async (trx) => {
      await sql
        .raw(ending)
        .execute(trx)
        .catch(() => undefined);
      later = await addPage(61)(trx).catch((error: unknown) => error);
    });
    await assert.rejects(ended, { code: 'postgres.query_failed' }, ending);
    assert.ok(hasCode(later, 'postgres.query_failed'), ending);
  }
  assert.deepEqual(await db.read.selectFrom('page').select('id').where('id', '=', 61).execute(), []);
  await assert.rejects(
    db.transact('token', (trx) =>
      sql.raw("insert into page (id, slug) values (62, 'a'); commit; insert into page (id, slug) values (63, 'b')").execute(trx),
    ),
    (error) => sqlState(error) === '42601',
  );
});

test('[P13] a transaction that got out of its function is closed', async () => {
  const escaped = await db.transact('token', async (trx) => ({ trx }));
  await assert.rejects(addPage(64)(escaped.result.trx));
  assert.deepEqual(await db.read.selectFrom('page').select('id').where('id', '=', 64).execute(), []);
});

test('[P21] a read session refuses writes, also inside a transaction, and reads one snapshot there', async () => {
  await assert.rejects(addPage(71)(db.read), { code: 'postgres.read_only' });
  const reading = db.read.transaction().execute(async (trx) => {
    const before = await trx.selectFrom('page').select('id').execute();
    await db.transact('token', addPage(72));
    assert.deepEqual(await trx.selectFrom('page').select('id').execute(), before);
    await addPage(73)(trx);
  });
  await assert.rejects(reading, { code: 'postgres.read_only' });
});

test('[P21] a database that takes no writes says so before anything is tried', async () => {
  const clone = await world.cloneDatabase();
  await world.admin.query(`alter database ${clone.name} set default_transaction_read_only = on`);
  let wasCalled = false;
  await assert.rejects(
    clone.open<Schema>().transact('token', async () => {
      wasCalled = true;
    }),
    { code: 'postgres.read_only' },
  );
  assert.equal(wasCalled, false);
});

test('days and big numbers arrive as they are written, instants as dates', async () => {
  await db.transact('token', (trx) =>
    trx.insertInto('page').values({ id: 81, slug: 'typed', day: '2020-09-30', size: '9007199254740993' }).execute(),
  );
  const row = await db.read.selectFrom('page').selectAll().where('id', '=', 81).executeTakeFirstOrThrow();
  assert.equal(row.day, '2020-09-30');
  assert.equal(row.size, '9007199254740993');
  assert.ok(row.seen_at instanceof Date);
});

test('[P14] a commit that is not confirmed is told as in doubt: cancelled, out of time, or its server gone', async () => {
  const clone = await world.cloneDatabase();
  const impatient = openDatabase<Schema>({ connection: clone.connection('app'), maxConnections: 2, commitWaitMs: 300 });
  const patient = openDatabase<Schema>({
    connection: { ...clone.connection('app'), application_name: 'patient' },
    maxConnections: 2,
  });
  await world.cluster.reconfigure({ synchronous_standby_names: 'offsite' });
  await waitUntil(
    async () =>
      (await inside.query("select 1 from pg_settings where name = 'synchronous_standby_names' and setting = 'offsite'"))
        .length === 1,
    { what: 'the server waits for the standby' },
  );
  await assert.rejects(impatient.transact('token', addPage(91)), { code: 'transaction.in_doubt' });

  for (const end of ['pg_cancel_backend', 'pg_terminate_backend']) {
    const hanging = assert.rejects(patient.transact('token', addPage(end === 'pg_cancel_backend' ? 92 : 93)), {
      code: 'transaction.in_doubt',
    });
    const stop = `select ${end}(pid) from pg_stat_activity where wait_event = 'SyncRep' and application_name = 'patient'`;
    await waitUntil(async () => (await inside.query(stop)).length > 0, { what: 'a commit waits for the standby' });
    await hanging;
  }
  await world.cluster.reconfigure({ synchronous_standby_names: '' });
  const rows = await patient.read.selectFrom('page').select('id').orderBy('id').execute();
  assert.deepEqual(rows, [{ id: 91 }, { id: 92 }, { id: 93 }], 'all of them stand locally');
  await patient.transact('token', addPage(94));
  await Promise.all([impatient.close(), patient.close()]);
});
