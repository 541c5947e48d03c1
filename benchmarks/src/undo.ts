import { Readable } from 'node:stream';
import {
  EMPTY_SCOPE,
  historyStatusSchema,
  mintToken,
  repairOutcomeSchema,
  repairPlanSchema,
  tableDescriptionsSchema,
} from '@bulkhead/contracts';
import { type Admin, connectionTo, openAdmin, prepareDatabase, rolesOf, startScratchCluster } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { callWire, openWire } from '@bulkhead/wire';
import { type HistoryProcess, startHistory } from './history-process.ts';
import { type JailProcess, startJail } from './jail-process.ts';
import { type LogTableUndo, measureLogTable } from './log-table.ts';
import { COMPARTMENT, type ReceiverProcess, startReceiver } from './receiver-process.ts';
import { makeRow, type Row } from './row.ts';

const TABLE = 'file_head';
const PASSWORD = 'password of a measurement';
const SHORT = [10_000, 1_000_000] as const;
const LONG = [...SHORT, 10_000_000] as const;
const ATTACKS = [1, 100, 10_000, 100_000] as const;
const ROWS_LIMIT = 100_000;
/** Changes of one transaction. */
const TOGETHER = 1000;
/** Of so many attacked rows, one is changed by somebody honest afterwards. */
const TOUCHED_OF = 10;
/** A log table of more takes longer to write than all the rest. */
const LOG_TABLE_LIMIT = 1_000_000;
const INDEX_MS = 3_600_000;
const GROWTH_LIMIT = 1.2;

type World = {
  readonly admin: Admin;
  readonly receiver: ReceiverProcess;
  readonly history: HistoryProcess;
  readonly rows: number;
};

/**
 * An attacker moves the pointers of so many files, at the end of a history of so many changes; honest people change some of
 * those rows afterwards. Measured: planning and carrying out the undo in a copy restored to the end, beside restoring to
 * the moment before the attack, which loses what came after. Each undo is checked: all of the attack gone, all of the rest kept.
 */
export async function measureUndo(isLong: boolean, logTable: string | undefined): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let shorter: { readonly changes: number; readonly measured: readonly Measured[] } | undefined;
  for (const changes of isLong ? LONG : SHORT) {
    const measured = await measureHistory(changes);
    rows.push(...measured.map(({ restore }) => restore));
    if (shorter !== undefined) rows.push(...besideShorter(changes, measured, shorter));
    shorter = { changes, measured };
    if (logTable === undefined || changes > LOG_TABLE_LIMIT) continue;
    const undone = await measureLogTable(logTable, changes, ATTACKS);
    rows.push(...measured.flatMap((one) => besideLogTable(one, changes, undone)));
  }
  return rows;
}

/** What an undo costs grows with the attack, not with all that ever happened. */
function besideShorter(
  changes: number,
  measured: readonly Measured[],
  shorter: { readonly changes: number; readonly measured: readonly Measured[] },
): Row[] {
  return measured.flatMap(({ attack, seconds }) => {
    const same = shorter.measured.find((one) => one.attack === attack);
    if (!same) return [];
    return [
      makeRow({
        work: `undo ${attack} of ${changes} changes`,
        unit: 's',
        ours: seconds,
        beside: { name: `ours, of ${shorter.changes} changes`, version: '', value: same.seconds },
        goal: { text: '<= 1.2', isMet: (ratio) => ratio <= GROWTH_LIMIT },
      }),
    ];
  });
}

type Measured = { readonly attack: number; readonly seconds: number; readonly restore: Row };

function besideLogTable({ attack, seconds }: Measured, changes: number, { version, secondsOf }: LogTableUndo): Row[] {
  const value = secondsOf.get(attack);
  if (value === undefined) return [];
  return [
    makeRow({
      work: `undo ${attack} of ${changes} changes`,
      unit: 's',
      ours: seconds,
      beside: { name: 'pgMemento, in the attacked database itself', version, value },
      goal: null,
    }),
  ];
}

async function measureHistory(changes: number): Promise<Measured[]> {
  const scratch = await startScratchCluster({ wal_level: 'logical', max_wal_senders: '10', max_wal_size: '4GB' });
  const passwords = { owner: PASSWORD, app: PASSWORD, reader: PASSWORD, offsite: PASSWORD };
  await prepareDatabase({ admin: scratch.admin, name: COMPARTMENT, passwords });
  const admin = await scratch.admin.toDatabase(COMPARTMENT);
  const owner = await openAdmin(
    connectionTo(scratch.socketDirectory, { database: COMPARTMENT, role: rolesOf(COMPARTMENT).owner, password: PASSWORD }),
  );
  await owner.query(
    `create table ${TABLE} (id int primary key, name text not null, blob text not null, seen int not null default 0)`,
  );
  await owner.close();
  const receiver = await startReceiver(scratch);
  await admin.query('select pg_log_standby_snapshot()');
  const standby = await startJail(receiver, 'standby');
  const history = await startHistory(receiver, standby, TABLE);
  const world: World = { admin, receiver, history, rows: Math.min(changes, ROWS_LIMIT) };
  try {
    const begunAt = performance.now();
    await writeHistory(world, changes);
    await untilIndexed(world);
    const indexed = (changes * 1000) / (performance.now() - begunAt);
    console.error(`  ${changes} changes written and indexed, ${Math.round(indexed)} a second`);
    const measured: Measured[] = [];
    for (const attack of ATTACKS) if (attack <= world.rows) measured.push(await measureAttack(world, changes, attack));
    return measured;
  } finally {
    await history.stop();
    await standby.stop();
    await receiver.stop();
    await admin.close();
    await scratch.stop();
  }
}

async function measureAttack(world: World, changes: number, attack: number): Promise<Measured> {
  const { admin, receiver } = world;
  const before = await readLsn(admin);
  const session = `thief-${changes}-${attack}`;
  const mark = `lost-${attack}`;
  await inParts(attack, (from, to) =>
    write(world, session, `update ${TABLE} set blob = '${mark}-' || id where id between $1 and $2`, [from, to]),
  );
  await inParts(attack, (from, to) =>
    write(world, 'honest-after', `update ${TABLE} set name = $3 where id between $1 and $2 and id % ${TOUCHED_OF} = 1`, [
      from,
      to,
      mark,
    ]),
  );
  await untilIndexed(world);
  const copy = await startJail(receiver, 'quarantine');
  try {
    const begunAt = performance.now();
    const applied = await repair(world, copy, session, `undo-${changes}-${attack}`);
    const seconds = (performance.now() - begunAt) / 1000;
    await check(copy, attack, mark, applied);
    const earlier = await startJail(receiver, 'quarantine', { TARGET_LSN: before });
    await earlier.stop();
    const restore = makeRow({
      work: `undo ${attack} of ${changes} changes (the copy itself: ${copy.readySeconds.toFixed(1)} s)`,
      unit: 's',
      ours: seconds,
      beside: { name: 'restore to before the attack, later work lost', version: '18', value: earlier.readySeconds },
      goal: null,
    });
    console.error(
      `  undo ${attack} of ${changes}: ${seconds.toFixed(3)} s; restore to before it ${earlier.readySeconds.toFixed(1)} s, the copy ${copy.readySeconds.toFixed(1)} s`,
    );
    return { attack, seconds, restore };
  } finally {
    await copy.stop();
  }
}

/** Plans the undo of a session and carries it out in the copy; how many steps that took. */
async function repair({ history }: World, copy: JailProcess, session: string, id: string): Promise<number> {
  const { tables } = await callWire(copy.peer, { method: 'GET', path: '/schema' }, tableDescriptionsSchema);
  const request = { id, way: 'undo', scope: { ...EMPTY_SCOPE, sessions: [session] }, cleanLsn: null, tables };
  const at = `/compartments/${COMPARTMENT}/plans`;
  const plan = await callWire(history.peer, { method: 'POST', path: at, body: request, timeoutMs: INDEX_MS }, repairPlanSchema);
  const steps = await openWire(history.peer, { method: 'GET', path: `${at}/${id}/steps`, timeoutMs: INDEX_MS });
  const head = { plan: id, digest: plan.digest, token: 'a token of a measurement', tombstones: [], lines: [] };
  const lines = async function* () {
    yield Buffer.from(`${JSON.stringify(head)}\n`);
    yield* steps.body;
  };
  const outcome = await callWire(
    copy.peer,
    { method: 'POST', path: '/repair', stream: Readable.from(lines(), { objectMode: false }), timeoutMs: INDEX_MS },
    repairOutcomeSchema,
  );
  return outcome.applied;
}

/** All of the attack gone, all honest changes there: a fast undo that is wrong counts for nothing. */
async function check(copy: JailProcess, attack: number, mark: string, applied: number): Promise<void> {
  const admin = await openAdmin(connectionTo(copy.socketDirectory, { database: COMPARTMENT, role: 'postgres' }));
  try {
    const [found] = await admin.query<{ lost: string; kept: string }>(
      `select count(*) filter (where blob like '${mark}-%') as lost, count(*) filter (where name = '${mark}') as kept from ${TABLE}`,
    );
    const kept = Math.ceil(attack / TOUCHED_OF);
    if (found?.lost !== '0' || Number(found.kept) !== kept || applied !== attack)
      throw new RangeError(
        `undoing ${attack} changes: ${applied} steps, ${found?.lost} rows still the attacker's, ${found?.kept} of ${kept} honest ones`,
      );
  } finally {
    await admin.close();
  }
}

/** Rows are added, then changed again and again by a few dozen people, until there are so many changes. */
async function writeHistory(world: World, changes: number): Promise<void> {
  const { rows } = world;
  await inParts(rows, (from, to) =>
    write(world, 'honest', `insert into ${TABLE} select n, 'file ' || n, md5(n::text) from generate_series($1::int, $2::int) n`, [
      from,
      to,
    ]),
  );
  for (let done = rows, round = 0; done < changes; round += 1) {
    const left = Math.min(rows, changes - done);
    await inParts(left, (from, to) =>
      write(world, `honest-${(round + from) % 40}`, `update ${TABLE} set seen = seen + 1 where id between $1 and $2`, [from, to]),
    );
    done += left;
  }
}

async function inParts(count: number, work: (from: number, to: number) => Promise<void>): Promise<void> {
  for (let from = 1; from <= count; from += TOGETHER) await work(from, Math.min(count, from + TOGETHER - 1));
}

let requests = 0;

async function write({ admin, history }: World, session: string, sql: string, params: readonly unknown[]): Promise<void> {
  requests += 1;
  const claims = {
    requestId: `request-${requests}`,
    compartment: COMPARTMENT,
    accountId: session,
    sessionId: session,
    displayName: null,
    delegation: null,
    roles: [],
    address: '192.0.2.1',
    method: 'POST',
    path: '/heads',
    bodySha256: null,
    route: 'head.move',
  };
  const token = await mintToken(history.gatewayKey, claims, () => new Date());
  await admin.query('begin');
  await admin.query('select bulkhead.tag($1)', [token]);
  await admin.query(sql, [...params]);
  await admin.query('commit');
}

async function readLsn(admin: Admin): Promise<string> {
  const [row] = await admin.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
  return row?.lsn ?? '0/0';
}

async function untilIndexed({ admin, history }: World): Promise<void> {
  const target = toNumber(await readLsn(admin));
  await waitUntil(
    async () => {
      const path = `/compartments/${COMPARTMENT}`;
      const { indexedLsn } = await callWire(history.peer, { method: 'GET', path }, historyStatusSchema);
      return indexedLsn !== null && toNumber(indexedLsn) >= target;
    },
    { what: 'history has caught up', timeoutMs: INDEX_MS },
  );
}

function toNumber(lsn: string): number {
  const [high = '0', low = '0'] = lsn.split('/');
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16);
}
