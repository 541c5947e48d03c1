import { type Base, baseSchema, basesSchema } from '@bulkhead/contracts';
import { startScratchCluster } from '@bulkhead/postgres';
import { callWire } from '@bulkhead/wire';
import { COMPARTMENT, type ReceiverProcess, startReceiver } from '../receiver-process.ts';
import { makeRow, type Row } from '../row.ts';
import type { Size } from './size.ts';

const LIMIT_MS = 1_800_000;
const CHANGES = {
  'the 1 % of rows written last': (rows: number) => `id > ${Math.round(rows * 0.99)}`,
  '1 % of rows, scattered over all pages': () => 'id % 100 = 0',
} as const;

/** What headquarters sends for a base of which it sends only what changed, beside one that comes whole. */
export async function measureBase(size: Size): Promise<Row[]> {
  const settings = { wal_level: 'logical', max_wal_senders: '10', max_wal_size: '4GB', summarize_wal: 'on' };
  const scratch = await startScratchCluster(settings);
  const rows = Math.round(size.database.rows / 2);
  const measured: Row[] = [];
  try {
    await scratch.admin.query('create table bench (id bigint primary key, body text not null)');
    await scratch.admin.query(`insert into bench select n, repeat(md5(n::text), 34) from generate_series(1, ${rows}) n`);
    await scratch.admin.query('vacuum (freeze, analyze) bench');
    const receiver = await startReceiver(scratch);
    try {
      const whole = await firstBase(receiver);
      for (const [what, where] of Object.entries(CHANGES)) {
        await scratch.admin.query(`update bench set body = 'x' || body where ${where(rows)}`);
        measured.push(...describe(what, whole, await orderBase(receiver)));
      }
      return measured;
    } finally {
      await receiver.stop();
    }
  } finally {
    await scratch.stop();
  }
}

function describe(what: string, whole: Base, base: Base): Row[] {
  if (base.origin?.before === undefined || base.origin.before === null) throw new Error(`it came whole: ${base.origin?.because}`);
  const work = `base of ${megabytes(base.bytes)} MB, changed since the last: ${what}`;
  const sent = { name: 'a base that comes whole', version: '', value: megabytes(whole.origin?.sentBytes ?? 0) };
  const took = { ...sent, value: secondsOf(whole) };
  const less = { text: '≤ 0.2 of it', isMet: (ratio: number) => ratio <= 0.2 };
  const notLonger = { text: '≤ 1 × of it', isMet: (ratio: number) => ratio <= 1 };
  return [
    makeRow({ work: `${work}: sent`, unit: 'MB', ours: megabytes(base.origin.sentBytes), beside: sent, goal: less }),
    makeRow({ work: `${work}: until it stands`, unit: 's', ours: secondsOf(base), beside: took, goal: notLonger }),
  ];
}

async function firstBase(receiver: ReceiverProcess): Promise<Base> {
  const { bases } = await callWire(receiver.peer, { method: 'GET', path: at('bases') }, basesSchema);
  const [first] = bases;
  if (!first) throw new Error('no base was taken');
  return first;
}

function orderBase({ peer }: ReceiverProcess): Promise<Base> {
  return callWire(peer, { method: 'POST', path: at('base'), timeoutMs: LIMIT_MS }, baseSchema);
}

const at = (what: string) => `/compartments/${COMPARTMENT}/${what}`;
const secondsOf = ({ startedAt, endedAt }: Base) => (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
const megabytes = (bytes: number) => Math.round(bytes / 104_857.6) / 10;
