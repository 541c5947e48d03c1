import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { archiveNamesSchema, basesSchema } from '@bulkhead/contracts';
import { hasCode, sha256Hex } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { Headquarters, makePlace, ReceiverProcess } from './headquarters.ts';

const place = await makePlace();
const running: { readonly kill: () => Promise<void> }[] = [];
after(async () => {
  for (const process of running.toReversed()) await process.kill();
  await place.remove();
});

const digestOf = (name: string) => sha256Hex(Buffer.from(name));
const many = (name: string) => Array.from({ length: 60 }, (_, at) => digestOf(`${name} ${at}`));

test('[V18] in a real archive every name is found that any row version ever had: in the base, in WAL, rolled back, deleted, moved out of line', async () => {
  const headquarters = new Headquarters(place.root, 'hq');
  await headquarters.create();
  running.push(headquarters);
  const insert = (id: number, text: string) => `insert into note (id, text) values (${id}, '${text}')`;
  const wide = many('wide');
  const columns = wide.map((_, at) => `c${at} text`).join(', ');
  await headquarters.run('site', [
    insert(1, digestOf('before the base')),
    `create table wide (${columns})`,
    `insert into wide values (${wide.map((digest) => `'${digest}'`).join(', ')})`,
  ]);
  const receiver = new ReceiverProcess(place.root, headquarters.socketDirectory);
  await receiver.start();
  running.push(receiver);
  await receiver.until((status) => status.state === 'streaming', 'it streams');
  // Images of pages are compressed from here on: what rows were given stands beside them all the same.
  await headquarters.protect({ wal_compression: 'pglz' });
  await headquarters.run('postgres', ['checkpoint']);
  const written = many('written');
  await headquarters.run('site', [
    insert(2, digestOf('given first')),
    `update note set text = '${digestOf('given then')}' where id = 2`,
    insert(3, digestOf('deleted')),
    'delete from note where id = 3',
    'begin',
    insert(4, digestOf('rolled back')),
    'rollback',
    ...written.map((digest, at) => insert(100 + at, digest)),
    'vacuum full note',
    'select pg_switch_wal()',
    'set synchronous_commit = on',
    insert(5, digestOf('in the growing segment')),
  ]);
  const there = ['before the base', 'given first', 'given then', 'deleted', 'rolled back', 'in the growing segment'];
  const digests = [...there.map(digestOf), ...wide, ...written];
  const ask = (asked: readonly string[]) =>
    callWire(
      receiver.peer,
      { method: 'POST', path: '/compartments/site/named', body: { digests: asked }, timeoutMs: 60_000 },
      archiveNamesSchema,
    );
  const told = await ask([...digests, digestOf('never written')]);
  assert.deepEqual(told.found, digests.toSorted());
  assert.ok(told.bases === 1 && told.segments >= 2 && told.bytes > 20_000_000, JSON.stringify({ ...told, found: 0 }));
  const { systemId } = await receiver.status();
  assert.equal(told.systemId, systemId);
  const { bases } = await callWire(receiver.peer, { method: 'GET', path: '/compartments/site/bases' }, basesSchema);
  await rm(join(receiver.directory, 'site', systemId ?? '', 'pack', `${bases[0]?.id ?? ''}.pack`));
  await assert.rejects(ask(digests), (error) => hasCode(error, 'wire.refused'), 'what cannot be read whole ends it');
});
