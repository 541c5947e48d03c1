import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createLog } from '@bulkhead/kernel';
import { type Admin, connectionTo, openAdmin, scratchTemplate } from '@bulkhead/postgres';
import { temporaryDirectory } from '@bulkhead/testkit';
import { Cluster } from './cluster.actions.ts';
import { SecretStore } from './secret.store.ts';

/** Servers refuse to run as root. No other test's: whatever is left under it is killed with the server. */
const OWNER = process.getuid?.() === 0 ? { uid: 63_190, gid: 63_190 } : undefined;
const directory = await temporaryDirectory();
const secrets = new SecretStore(join(directory, 'secrets.json'));
const socketDirectory = join(directory, 's');
const { binaries, templateDirectory } = await scratchTemplate();
const newSecret = () => randomBytes(32).toString('hex');
const cluster = new Cluster({
  compartment: 'site',
  database: 'site',
  binaries,
  dataDirectory: join(directory, 'data', 'pg'),
  socketDirectory,
  templateDirectory,
  owner: OWNER,
  isolation: undefined,
  migrations: () => join(directory, 'no-migrations'),
  replicationPassword: newSecret(),
  secrets,
  newSecret,
  migrationToken: async () => 'migrating',
  preparationToken: async () => 'preparing',
  rolesToken: async () => newSecret(),
  log: createLog('test', 'silent'),
  now: () => new Date(),
  died: () => undefined,
});
after(() => cluster.stop('immediate'));

async function asSuperuser<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result> {
  const password = (await secrets.findSuperuser('site')) ?? '';
  const admin = await openAdmin(connectionTo(socketDirectory, { database: 'postgres', role: 'postgres', password }));
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}

/** Makes roles until their table's first page has no room: whoever reads it cleans away what was deleted there. */
async function fillRoles(admin: Admin): Promise<void> {
  for (let at = 0; at < 200; at += 1) {
    await admin.query(`create role filler_${at} password '${newSecret()}'`);
    const [row] = await admin.query<{ page: number }>(
      `select (ctid::text::point)[0]::int as page from pg_authid where rolname = 'filler_${at}'`,
    );
    if ((row?.page ?? 0) > 0) return;
  }
  assert.fail('the page has room for ever');
}

test('[O14] no password of a superuser that was replaced is cleaned away before the WAL tells that its transaction is over', async () => {
  await mkdir(join(directory, 'data'), { mode: 0o711 });
  await mkdir(socketDirectory, { mode: 0o755 });
  await chmod(directory, 0o711);
  for (const path of [join(directory, 'data'), socketDirectory]) if (OWNER) await chown(path, OWNER.uid, OWNER.gid);
  await cluster.create();
  await cluster.ensureRunning(false);
  const before = await asSuperuser(async (admin) => {
    await admin.query('create extension pg_walinspect');
    await fillRoles(admin);
    const [row] = await admin.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
    return row?.lsn;
  });
  await cluster.stop('fast');
  await cluster.replaceSuperuser();
  await cluster.ensureRunning(false);
  const records = await asSuperuser((admin) =>
    admin.query<{ type: string; horizon: string | null; oldest: string | null }>(
      `select record_type as type,
         substring(description from 'snapshotConflictHorizon:? (\\d+).*isCatalogRel:? T') as horizon,
         substring(description from 'oldestRunningXid (\\d+)') as oldest
       from pg_get_wal_records_info($1::pg_lsn, pg_current_wal_flush_lsn())
       where record_type = 'RUNNING_XACTS' or description like '%isCatalogRel: T%' order by start_lsn`,
      [before],
    ),
  );
  assert.ok(
    records.some(({ horizon }) => horizon !== null),
    'something is cleaned away',
  );
  let oldest = 0;
  for (const record of records) {
    if (record.oldest !== null) oldest = Number(record.oldest);
    if (record.horizon !== null) assert.ok(Number(record.horizon) < oldest, JSON.stringify(records));
  }
});
