import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { type RepairStep, repairOutcomeSchema, tableDescriptionsSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { Headquarters, makePlace, ReceiverProcess } from '#receiver/tests/headquarters.ts';
import { JailProcess } from './tests/jail.ts';

const place = await makePlace();
const running: { readonly kill: () => Promise<void> }[] = [];
after(async () => {
  for (const process of running.toReversed()) await process.kill();
  await place.remove();
});

async function startJail(root: string, receiver: ReceiverProcess, mode: 'standby' | 'quarantine'): Promise<JailProcess> {
  const jail = new JailProcess(root, receiver, mode, mode);
  await jail.start();
  running.push(jail);
  const { state, message } = await jail.until('ready', 'failed');
  assert.equal(state, 'ready', message);
  return jail;
}

const origin = { timeline: 1, commitLsn: '0/1', xid: '7' };
const STEPS: RepairStep[] = [
  { kind: 'delete', table: 'public.note', key: { id: '3' }, expected: { id: '3', text: 'evil' }, origin },
  {
    kind: 'update',
    table: 'public.note',
    key: { id: '1' },
    cells: [{ column: 'text', from: 'HA', to: 'first', merge: 'replace' }],
    origin,
  },
  { kind: 'insert', table: 'public.note', row: { id: '2', text: 'second', file: null }, origin },
];

function repair(jail: JailProcess, steps: readonly RepairStep[], digest?: string) {
  const text = steps.map((step) => `${JSON.stringify(step)}\n`).join('');
  const named = digest ?? createHash('sha256').update(text).digest('hex');
  const head = { plan: 'plan-1', digest: named, token: 'token of the repair', tombstones: [], lines: [] };
  const stream = Readable.from([`${JSON.stringify(head)}\n`, text], { objectMode: false });
  return callWire(jail.peer, { method: 'POST', path: '/repair', stream, timeoutMs: 60_000 }, repairOutcomeSchema);
}

function refusedWith(code: string) {
  return (error: unknown) => error instanceof EstateError && error.cause instanceof EstateError && error.cause.code === code;
}

test('[U36] a quarantine tells its schema and carries out the steps that its digest names, once; a standby refuses', async () => {
  const root = join(place.root, 'repair');
  const headquarters = new Headquarters(root);
  await headquarters.create();
  running.push(headquarters);
  await headquarters.run('site', [
    'create schema bulkhead',
    `create function bulkhead.tag(token text) returns xid8 language sql as $f$
       select pg_logical_emit_message(true, 'bulkhead.token', token); select pg_current_xact_id() $f$`,
    "insert into note (id, text) values (1, 'HA'), (3, 'evil')",
  ]);
  const receiver = new ReceiverProcess(root, headquarters.socketDirectory);
  await receiver.start();
  running.push(receiver);
  await receiver.until((status) => status.state === 'streaming', 'it streams');
  await headquarters.protect();
  await headquarters.run('site', ["insert into note (id, text) values (4, 'honest')"]);

  const standby = await startJail(root, receiver, 'standby');
  await assert.rejects(repair(standby, STEPS), refusedWith('compartment.wrong_state'));
  const quarantine = await startJail(root, receiver, 'quarantine');
  const { tables } = await callWire(quarantine.peer, { method: 'GET', path: '/schema' }, tableDescriptionsSchema);
  assert.deepEqual(tables, [
    {
      table: 'public.note',
      columns: [
        { name: 'id', type: 'bigint', isGenerated: false, isIdentity: false },
        { name: 'text', type: 'text', isGenerated: false, isIdentity: false },
        { name: 'file', type: 'text', isGenerated: false, isIdentity: false },
      ],
      primaryKey: ['id'],
      uniques: [],
      foreignKeys: [],
      partitionOf: null,
    },
  ]);
  await assert.rejects(repair(quarantine, STEPS, '0'.repeat(64)), refusedWith('repair.wrong_digest'));
  const outcome = await repair(quarantine, STEPS);
  assert.deepEqual([outcome.applied, outcome.kept, outcome.dependentCount], [3, 0, 0]);
  assert.deepEqual(await quarantine.query('select id::int, text from note order by id'), [
    { id: 1, text: 'first' },
    { id: 2, text: 'second' },
    { id: 4, text: 'honest' },
  ]);
  assert.deepEqual(await repair(quarantine, STEPS), outcome);
  await assert.rejects(repair(quarantine, STEPS.slice(1)), refusedWith('repair.wrong_digest'));
});
