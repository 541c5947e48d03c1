import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { basesSchema } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { Headquarters, makePlace, ReceiverProcess } from '#receiver/tests/headquarters.ts';
import { DecodingReader } from './tests/decoding-reader.ts';
import { JailProcess } from './tests/jail.ts';

const REBUILT_WITHIN_MS = 2_000;

const place = await makePlace();
const headquarters = new Headquarters(place.root);
const receiver = new ReceiverProcess(place.root, headquarters.socketDirectory);
const standby = new JailProcess(place.root, receiver, 'standby', 'standby');

before(async () => {
  await headquarters.create();
  // It lists the running transactions now and then: on a slow machine one would come in time, and a slot could be made.
  await signalWriter('SIGSTOP');
  await receiver.start();
  await receiver.until((status) => status.state === 'streaming', 'it streams');
  for (let left = 600; (await countBases()) === 0; left -= 1) {
    if (left === 0) throw new Error('the archive took no base backup');
    await sleepMs(100);
  }
  await headquarters.protect();
});
after(async () => {
  await signalWriter('SIGCONT').catch(() => undefined);
  await standby.kill();
  await receiver.kill();
  await headquarters.kill();
  await place.remove();
});

async function signalWriter(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  const client = await headquarters.connect();
  const { rows } = await client.query<{ pid: number }>(
    "select pid from pg_stat_activity where backend_type = 'background writer'",
  );
  await client.end();
  for (const { pid } of rows) process.kill(pid, signal);
}

async function countBases(): Promise<number> {
  const { bases } = await callWire(receiver.peer, { method: 'GET', path: '/compartments/site/bases' }, basesSchema);
  return bases.length;
}

const countBuilds = () => standby.output.split('building the data directory').length - 1;

test('[H3] where old rows of the catalog went before any slot could be made, it is begun behind that, and the standby stands', async () => {
  // As an application does that makes its tables when it first starts: no standby was there to hold the catalog back.
  for (let round = 0; round < 3; round += 1) {
    await headquarters.run('site', [`create table passing_${round} (id int primary key, t text)`, `drop table passing_${round}`]);
  }
  await headquarters.run('site', ['vacuum pg_class', 'vacuum pg_attribute', 'vacuum pg_type', 'vacuum pg_depend']);
  await headquarters.run('site', ["insert into note (id, text) values (1, 'before')"]);
  await standby.start();
  for (let left = 900; left > 0 && !/conflict with recovery/.test(standby.output); left -= 1) await sleepMs(100);
  assert.match(standby.output, /conflict with recovery/, 'the first slot was lost while it was made');
  await signalWriter('SIGCONT');
  const reader = await untilOpen();
  const rebuilt = countBuilds();
  assert.ok(rebuilt <= (await countBases()), `${rebuilt} builds`);
  await headquarters.run('site', ["insert into note (id, text) values (2, 'after')"]);
  for (let left = 600; left > 0 && !told(reader).includes('2'); left -= 1) await sleepMs(100);
  assert.ok(told(reader).includes('2'), standby.output);
  await sleepMs(REBUILT_WITHIN_MS);
  assert.equal(countBuilds(), rebuilt, 'it was built again');
  assert.ok(reader.isOpen);
});

function told({ lines }: DecodingReader): string[] {
  return lines.flatMap(({ data }) => /INSERT: id\[bigint\]:(\d+)/.exec(data ?? '')?.[1] ?? []);
}

/** Asks again as history does; headquarters lists its transactions every few seconds. */
async function untilOpen(): Promise<DecodingReader> {
  for (let left = 200; ; left -= 1) {
    try {
      return await DecodingReader.open(standby.peer, '0/0');
    } catch (error) {
      if (left === 0) throw new Error(standby.output, { cause: error });
      await sleepMs(500);
      await headquarters.run('postgres', ['select pg_log_standby_snapshot()']);
    }
  }
}
