import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sleepMs } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { Headquarters, makePlace, ReceiverProcess } from '#receiver/tests/headquarters.ts';
import { DecodingReader } from './tests/decoding-reader.ts';
import { JailProcess } from './tests/jail.ts';

const place = await makePlace();
const headquarters = new Headquarters(place.root);
const receiver = new ReceiverProcess(place.root, headquarters.socketDirectory);
const standby = new JailProcess(place.root, receiver, 'standby', 'standby');
const readers: DecodingReader[] = [];
/** What was confirmed last, as history does. */
let position = '0/0';

before(async () => {
  await headquarters.create();
  await receiver.start();
  await receiver.until((status) => status.state === 'streaming', 'it streams');
  await headquarters.protect();
  await headquarters.run('postgres', ['select pg_log_standby_snapshot()']);
  await standby.start();
  await standby.until('ready');
});
after(async () => {
  for (const reader of readers) reader.close();
  await standby.kill();
  await receiver.kill();
  await headquarters.kill();
  await place.remove();
});

test('[H3] [R7] a site that stops and starts cleans nothing away that its standby decodes later: its slot serves on', async () => {
  await insert(1);
  const reader = await untilOpen(position);
  await untilTold(reader, 1);
  await confirmAll(reader);
  const kept = await untilCatalogKept();
  const builds = countBuilds();
  reader.close();
  await standby.kill();
  await receiver.kill('SIGTERM');
  await headquarters.stop('fast');
  await headquarters.start();
  await receiver.start();
  await receiver.until((status) => status.state === 'streaming', 'it streams again');
  await headquarters.protect();
  assert.equal(await readCatalogKept(), kept, 'headquarters keeps what the standby needs, though nobody says so yet');
  await churnCatalog(1);
  await insert(2);
  await standby.start();
  assert.deepEqual(await readOn(2), ['2']);
  assert.equal(countBuilds(), builds, standby.output);
  assert.doesNotMatch(standby.output, /conflict with recovery|cannot tell what history asks for/);
});

test('[H3] a slot that was lost by the way is made again at the base that it had, though a younger one stands', async () => {
  await insert(3);
  await callWire(receiver.peer, { method: 'POST', path: '/compartments/site/base', timeoutMs: 60_000 }, z.unknown());
  await headquarters.run('postgres', ['select pg_log_standby_snapshot()']);
  await insert(4);
  await untilDropped();
  assert.deepEqual(await readOn(4), ['3', '4'], standby.output);
});

async function insert(id: number): Promise<void> {
  await headquarters.run('site', [`insert into note (id, text) values (${id}, 'note ${id}')`]);
}

/** What an update of an application does: tables come and go, and what is left of them is cleaned away. */
async function churnCatalog(round: number): Promise<void> {
  const names = Array.from({ length: 4 }, (_, at) => `passing_${round}_${at}`);
  for (const name of names)
    await headquarters.run('site', [`create table ${name} (id int primary key, t text)`, `drop table ${name}`]);
  await headquarters.run('site', ['vacuum pg_class', 'vacuum pg_attribute', 'vacuum pg_type', 'vacuum pg_depend']);
}

const countBuilds = () => standby.output.split('building the data directory').length - 1;

async function readCatalogKept(): Promise<string | null> {
  const client = await headquarters.connect();
  try {
    const { rows } = await client.query<{ kept: string | null }>(
      "select catalog_xmin::text as kept from pg_replication_slots where slot_name = 'offsite'",
    );
    return rows[0]?.kept ?? null;
  } finally {
    await client.end();
  }
}

async function untilCatalogKept(): Promise<string> {
  for (let left = 300; left > 0; left -= 1) {
    const kept = await readCatalogKept();
    if (kept !== null) return kept;
    await sleepMs(100);
  }
  throw new Error(`the standby never held the catalog back\n${standby.output}`);
}

async function confirmAll({ lines }: DecodingReader): Promise<void> {
  position = lines.findLast(({ data }) => data?.startsWith('COMMIT'))?.lsn ?? position;
  await callWire(standby.peer, { method: 'POST', path: '/decoding/confirm', body: { lsn: position } }, z.unknown());
}

async function untilDropped(): Promise<void> {
  const drop =
    "select pg_drop_replication_slot(slot_name) as dropped from pg_replication_slots where slot_name = 'history' and not active";
  for (let left = 300; left > 0; left -= 1) {
    if ((await standby.query(drop)).length > 0) return;
    await sleepMs(100);
  }
  throw new Error(standby.output);
}

function told({ lines }: DecodingReader): string[] {
  return lines.flatMap(({ data }) => /INSERT: id\[bigint\]:(\d+)/.exec(data ?? '')?.[1] ?? []);
}

async function untilTold(reader: DecodingReader, id: number): Promise<void> {
  for (let left = 600; left > 0 && !told(reader).includes(String(id)); left -= 1) await sleepMs(100);
  assert.ok(told(reader).includes(String(id)), `${told(reader).join(' ')}\n${standby.output}`);
}

/** Reads as history does: confirms what it has, and goes on where it was when the jail sends it away; @returns what was told. */
async function readOn(lastId: number): Promise<string[]> {
  const all: string[] = [];
  for (let left = 20; left > 0 && !all.includes(String(lastId)); left -= 1) {
    const reader = await untilOpen(position);
    const isMissing = () => ![...all, ...told(reader)].includes(String(lastId));
    for (let polls = 300; polls > 0 && reader.isOpen && isMissing(); polls -= 1) {
      await confirmAll(reader);
      await sleepMs(100);
    }
    await confirmAll(reader).catch(() => undefined);
    all.push(...told(reader));
    reader.close();
  }
  return all;
}

/** Asks again while the standby is being built; headquarters lists its transactions every few seconds. */
async function untilOpen(from: string): Promise<DecodingReader> {
  for (let left = 120; ; left -= 1) {
    try {
      const reader = await DecodingReader.open(standby.peer, from);
      readers.push(reader);
      return reader;
    } catch (error) {
      if (left === 0) throw new Error(standby.output, { cause: error });
      await sleepMs(500);
      await headquarters.run('postgres', ['select pg_log_standby_snapshot()']);
    }
  }
}
