import { setTimeout as sleep } from 'node:timers/promises';
import {
  connectionTo,
  type Database,
  openAdmin,
  prepareDatabase,
  rolesOf,
  type ScratchCluster,
  startScratchCluster,
} from '@bulkhead/postgres';
import { openDatabase } from '@bulkhead/postgres/database';
import pg from 'pg';
import { makeRow, median, type Row } from './row.ts';

const DATABASE = 'bench';
const PASSWORD = 'password of a measurement';
const ROUNDS = 5;
const ROUND_MS = 2000;
const CONNECTIONS = [1, 8] as const;
const NOTES = 20_000;
/** As long as the tokens of a running estate are. */
const TOKEN = 't'.repeat(750);
const BODY = 'a line of some hundred bytes, as a small write of a compartment is '.repeat(3);

type Schema = { note: { id: number; body: string; seen: number }; bare: { id: number; body: string; seen: number } };
type Arm = 'bare' | 'provenance' | 'provenance and history';

/**
 * Small transactions (one row updated) a second: with a token and whole row images, and with a decoding stream that is
 * read as history reads it, beside the same transactions of plain PostgreSQL. No copy off-site in any arm.
 */
export async function measureProvenance(): Promise<readonly Row[]> {
  const scratch = await startScratchCluster({ fsync: 'on', full_page_writes: 'on', wal_level: 'logical', max_wal_senders: '10' });
  const passwords = { owner: PASSWORD, app: PASSWORD, reader: PASSWORD, offsite: PASSWORD };
  await prepareDatabase({ admin: scratch.admin, name: DATABASE, passwords });
  await createTables(scratch);
  const database = openDatabase<Schema>({
    connection: connectionTo(scratch.socketDirectory, { database: DATABASE, role: rolesOf(DATABASE).app, password: PASSWORD }),
    maxConnections: 16,
  });
  // The roles of a database may open a few sessions only.
  const plain = new pg.Pool({
    ...connectionTo(scratch.socketDirectory, { database: DATABASE, role: 'postgres', password: scratch.superuserPassword }),
    max: 8,
  });
  try {
    const rows: Row[] = [];
    for (const connections of CONNECTIONS) rows.push(...(await measureArms({ scratch, database, plain }, connections)));
    return rows;
  } finally {
    await plain.end();
    await database.close();
    await scratch.stop();
  }
}

async function createTables(scratch: ScratchCluster): Promise<void> {
  const owner = await openAdmin(
    connectionTo(scratch.socketDirectory, { database: DATABASE, role: rolesOf(DATABASE).owner, password: PASSWORD }),
  );
  for (const table of ['note', 'bare']) {
    await owner.query(`create table ${table} (id int primary key, body text not null, seen int not null default 0)`);
    await owner.query(`insert into ${table} (id, body) select n, $1 from generate_series(1, ${NOTES}) n`, [BODY]);
  }
  await owner.query('alter table bare replica identity default');
  await owner.close();
}

type World = { readonly scratch: ScratchCluster; readonly database: Database<Schema>; readonly plain: pg.Pool };

/** All arms in turn in each round, so that a drift of the machine meets all of them. */
async function measureArms(world: World, connections: number): Promise<Row[]> {
  const figures: Record<Arm, number[]> = { bare: [], provenance: [], 'provenance and history': [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    figures.bare.push(await commitFor(connections, (id) => writeBare(world, id)));
    figures.provenance.push(await commitFor(connections, (id) => writeTagged(world, id)));
    const reader = await startReading(world.scratch);
    figures['provenance and history'].push(await commitFor(connections, (id) => writeTagged(world, id)));
    await reader.stop();
  }
  const bare = { name: 'PostgreSQL, no token, no whole row images', version: '18', value: median(figures.bare) };
  return (['provenance', 'provenance and history'] as const).map((arm) =>
    makeRow({
      work: `small transactions, ${connections} at once, ${arm}`,
      unit: 'tx/s',
      ours: median(figures[arm]),
      beside: bare,
      goal: null,
    }),
  );
}

async function writeBare({ plain }: World, id: number): Promise<void> {
  const client = await plain.connect();
  try {
    await client.query('begin');
    await client.query('update bare set seen = seen + 1 where id = $1', [id]);
    await client.query('commit');
  } finally {
    client.release();
  }
}

async function writeTagged({ database }: World, id: number): Promise<void> {
  await database.transact(TOKEN, (trx) =>
    trx
      .updateTable('note')
      .set((eb) => ({ seen: eb('seen', '+', 1) }))
      .where('id', '=', id)
      .execute(),
  );
}

/** Transactions a second. */
async function commitFor(connections: number, write: (id: number) => Promise<void>): Promise<number> {
  const begunAt = performance.now();
  let count = 0;
  await Promise.all(
    Array.from({ length: connections }, async (_, at) => {
      for (let id = at * 1000 + 1; performance.now() - begunAt < ROUND_MS; id = (id % NOTES) + 1) {
        await write(id);
        count += 1;
      }
    }),
  );
  return (count * 1000) / (performance.now() - begunAt);
}

/** Reads the decoded stream while the arm runs, on the same machine: what a standby's jail does off-site. */
async function startReading(scratch: ScratchCluster): Promise<{ readonly stop: () => Promise<void> }> {
  const admin = await scratch.admin.toDatabase(DATABASE);
  await admin.query("select pg_create_logical_replication_slot('bench', 'test_decoding')");
  let isStopped = false;
  const reading = (async () => {
    while (!isStopped) {
      const rows = await admin.query("select lsn, xid, data from pg_logical_slot_get_changes('bench', null, 20000)");
      if (rows.length === 0) await sleep(20);
    }
  })();
  return {
    stop: async () => {
      isStopped = true;
      await reading;
      await admin.query("select pg_drop_replication_slot('bench')");
      await admin.close();
    },
  };
}
