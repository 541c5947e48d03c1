import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { useCluster } from '@bulkhead/testkit';
import { parseLsn, SEGMENT_BYTES, segmentName } from '#archive/wal.rules.ts';
import { WalWalker } from '#archive/wal-walk.rules.ts';
import { catalogHorizon, cleanedDatabase, isList } from './horizon.rules.ts';

const { admin, dataDirectory } = await useCluster({
  name: 'site',
  settings: { wal_level: 'logical', wal_keep_size: '1GB', autovacuum: 'off' },
});

test('[H3] every record that takes old rows of the catalog away is known, and no other', async () => {
  await admin.query('create extension pg_walinspect');
  await admin.query('checkpoint');
  const [{ lsn: begin } = { lsn: '' }] = await admin.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn');
  for (let round = 0; round < 60; round += 1) {
    await admin.query(
      `create table t${round} (a int, b text, c int[]); create index on t${round} (a); insert into t${round} select n, n from generate_series(1, 300) n`,
    );
    await admin.query(`analyze t${round}; alter table t${round} add d int; delete from t${round} where a < 200`);
    if (round % 3 === 0) await admin.query(`drop table t${round}`);
    else await admin.query(`vacuum t${round}`);
  }
  for (const table of ['pg_class', 'pg_attribute', 'pg_statistic', 'pg_depend', 'pg_type']) await admin.query(`vacuum ${table}`);
  await admin.query('create role passing; drop role passing');
  await admin.query('vacuum pg_authid');
  await admin.query('select pg_log_standby_snapshot()');
  await admin.query('create table again (a int, b int); drop table again');
  await admin.query('vacuum');
  await admin.query("select pg_logical_emit_message(false, 'flush', 'x', true)");
  const [{ lsn: end } = { lsn: '' }] = await admin.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn');
  const expected = await admin.query<{ start: string; horizon: string; database: string; description: string }>(
    `select start_lsn::text as start, substring(coalesce(nullif(block_ref, ''), description) from 'rel [0-9]+/([0-9]+)/') as database, substring(description from 'snapshotConflictHorizon: [0-9:]*?([0-9]+)[,;]?(?: |$)') as horizon, description
       from pg_get_wal_records_info('${begin}', '${end}') where description ~ 'snapshotConflictHorizon: [1-9].*(isCatalogRel: T|flags: 0x0[4567])'`,
  );
  const from = Number(parseLsn(begin));
  const to = Number(parseLsn(end));
  const walker = new WalWalker(from);
  const found = [];
  let lists = 0;
  for (let at = from - (from % SEGMENT_BYTES); at < to; at += SEGMENT_BYTES) {
    const bytes = readFileSync(join(dataDirectory, 'pg_wal', segmentName(1, BigInt(at)))).subarray(
      0,
      Math.min(SEGMENT_BYTES, to - at),
    );
    for (const record of walker.walk(at, bytes)) {
      const horizon = catalogHorizon(record);
      if (horizon !== undefined) found.push({ start: Number(record.startLsn), horizon, database: cleanedDatabase(record) });
      if (isList(record)) lists += 1;
    }
  }
  assert.ok(expected.length > 50, String(expected.length));
  assert.deepEqual(
    found.map(({ start, horizon, database }) => `${start} ${horizon} ${database}`),
    expected.map(({ start, horizon, database }) => `${Number(parseLsn(start))} ${horizon} ${database}`),
    expected[0]?.description,
  );
  const [{ count } = { count: '' }] = await admin.query<{ count: string }>(
    `select count(*)::text as count from pg_get_wal_records_info('${begin}', '${end}') where record_type = 'RUNNING_XACTS'`,
  );
  assert.ok(lists > 0);
  assert.equal(lists, Number(count));
});
