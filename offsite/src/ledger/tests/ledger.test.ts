import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  EMPTY_LEDGER,
  generateSigningKey,
  type LedgerHead,
  ledgerEntrySchema,
  ledgerHeadSchema,
  ledgerLine,
  openSigned,
  PURPOSES,
  signedSchema,
  signMessage,
  verifyLedger,
} from '@bulkhead/contracts';
import { createLog, type ErrorCode, FakeClock, hasCode } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { openLedger } from '#ledger/ledger.actions.ts';
import { bootLedger, canMountSmallDisk, LEDGER_KEY, until } from './booted-ledger.ts';

const KEYS = [LEDGER_KEY.verifying];
const FIRST = 'entries-000000000001.jsonl';
const entriesSchema = z.object({ entries: z.array(signedSchema) });
const verdictSchema = z.object({ ok: z.boolean(), checked: z.number(), fault: z.string().nullable() });

function add(peer: WirePeer, idempotencyKey: string, body: Record<string, unknown> = {}): Promise<LedgerHead> {
  const request = { kind: 'command.received', idempotencyKey, body };
  return callWire(peer, { method: 'POST', path: '/entries', body: request }, ledgerHeadSchema);
}

function headOf(peer: WirePeer): Promise<LedgerHead> {
  return callWire(peer, { method: 'GET', path: '/head' }, ledgerHeadSchema);
}

async function list(peer: WirePeer, query: string) {
  return (await callWire(peer, { method: 'GET', path: `/entries?${query}` }, entriesSchema)).entries;
}

function verify(peer: WirePeer) {
  return callWire(peer, { method: 'POST', path: '/verify' }, verdictSchema);
}

function refusedWith(code: ErrorCode) {
  return (error: unknown) => hasCode(error, code) || assert.fail(`expected ${code}, got ${String(error)}`);
}

async function openOwn(t: TestContext, segmentBytes: number) {
  const directory = await mkdtemp(join(tmpdir(), 'bulkhead-ledger-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const raised: string[] = [];
  const deps = {
    directory,
    signingKey: LEDGER_KEY.signing,
    keys: KEYS,
    now: new FakeClock(new Date('2026-03-01T09:00:00Z')).now,
    log: createLog('ledger', 'silent'),
    raise: ({ rule }: { readonly rule: string }) => void raised.push(rule),
    segmentBytes,
  };
  return { directory, raised, open: () => openLedger(deps) };
}

test('[L1] entries are numbered, chained, signed, and verified by anybody who holds the public key', async (t) => {
  const ledger = await bootLedger(t);
  const seal = await add(ledger.recovery, 'seal 1', { compartment: 'website' });
  const edition = await add(ledger.publisher, 'edition 7', { number: 7 });
  assert.deepEqual([seal.sequence, edition.sequence], [2, 3], 'the first entry tells that the ledger was begun');
  assert.deepEqual(await headOf(ledger.recovery), edition);
  const entries = await list(ledger.recovery, 'after=0');
  assert.deepEqual(verifyLedger(entries, KEYS), edition);
  assert.deepEqual(verifyLedger(await ledger.readLines(), KEYS), edition);
  assert.deepEqual(verifyLedger(await list(ledger.recovery, 'after=2'), KEYS, seal), edition, 'a witness goes on from a head');
  const opened = openSigned(entries[2], { purpose: PURPOSES.ledger, keys: KEYS, schema: ledgerEntrySchema });
  assert.deepEqual([opened.value.by, opened.value.body], ['publisher', { number: 7 }]);
  assert.deepEqual(await verify(ledger.recovery), { ok: true, checked: 3, fault: null });
});

test('[L1] an entry that is changed, left out, doubled, moved, or signed by another is told by its number', async (t) => {
  const ledger = await bootLedger(t);
  for (let number = 0; number < 5; number += 1) await add(ledger.recovery, `entry ${number}`, { number });
  const lines = await ledger.readLines();
  const [first = '', second = '', third = '', ...rest] = lines;
  const forged = JSON.parse(openSignedMessage(third));
  const bySameName = generateSigningKey('ledger-1');
  const tampered: Record<string, string[]> = {
    changed: [first, second, third.replace('number\\":1', 'number\\":8'), ...rest],
    'left out': [first, second, ...rest],
    doubled: [first, second, second, third, ...rest],
    moved: [first, third, second, ...rest],
    'signed by another': [first, second, ledgerLine(signMessage(bySameName.signing, PURPOSES.ledger, forged)), ...rest],
    'signed for another purpose': [first, second, ledgerLine(signMessage(LEDGER_KEY.signing, 'order', forged)), ...rest],
    'written otherwise': [first, second, third.replace('{"keyId"', '{ "keyId"'), ...rest],
    'no entry at all': [first, second, '{}', ...rest],
    'beginning elsewhere': rest,
  };
  for (const [how, entries] of Object.entries(tampered))
    assert.throws(() => verifyLedger(entries, KEYS), refusedWith('ledger.broken_chain'), how);
  assert.equal(verifyLedger([], KEYS), EMPTY_LEDGER);
});

test('[L2] what was acknowledged is there after kill -9 in the middle of writing, each entry once', async (t) => {
  const ledger = await bootLedger(t);
  const acknowledged = new Map<string, LedgerHead>();
  for (const round of [1, 2, 3]) {
    let asked = 0;
    const writers = Array.from({ length: 8 }, async () => {
      for (;;) {
        const key = `${round}/${(asked += 1)}`;
        acknowledged.set(key, await add(ledger.recovery, key, { text: 'x'.repeat(2000) }));
      }
    });
    const ended = Promise.allSettled(writers);
    await until('a good many are acknowledged', () => acknowledged.size > round * 150);
    await ledger.stop('SIGKILL');
    await ended;
    await ledger.start();
  }
  const head = verifyLedger(await ledger.readLines(), KEYS);
  assert.deepEqual(await headOf(ledger.recovery), head);
  for (const [key, told] of acknowledged) assert.deepEqual(await add(ledger.recovery, key), told, key);
  assert.deepEqual(await headOf(ledger.recovery), head, 'asking again added nothing');
  assert.deepEqual(ledger.findings, []);
});

test('[L3] asking again with the same key answers the first entry, also at once, after a restart, and per caller', async (t) => {
  const ledger = await bootLedger(t);
  const [first, ...others] = await Promise.all(Array.from({ length: 10 }, () => add(ledger.recovery, 'order 4', { epoch: 4 })));
  assert.ok(first);
  for (const other of others) assert.deepEqual(other, first);
  await ledger.stop('SIGTERM');
  await ledger.start();
  assert.deepEqual(await add(ledger.recovery, 'order 4', { epoch: 'another' }), first);
  assert.equal((await add(ledger.publisher, 'order 4')).sequence, first.sequence + 1, "nobody takes another's key");
});

test('[L4] a torn last line is cut off, because it was never acknowledged', async (t) => {
  const ledger = await bootLedger(t);
  const head = await add(ledger.recovery, 'whole');
  await ledger.stop('SIGKILL');
  const path = join(ledger.directory, FIRST);
  const whole = await readFile(path);
  await appendFile(path, '{"keyId":"ledger-1","mess');
  await ledger.start();
  assert.deepEqual(await headOf(ledger.recovery), head);
  assert.deepEqual(await readFile(path), whole);
  assert.equal((await add(ledger.recovery, 'next')).sequence, head.sequence + 1);
  assert.deepEqual(ledger.findings, []);
});

test('[L5] a chain that does not hold at the start takes no entries, says so, and becomes a finding', async (t) => {
  const ledger = await bootLedger(t);
  for (let number = 0; number < 5; number += 1) await add(ledger.recovery, `entry ${number}`);
  await ledger.stop('SIGTERM');
  const path = join(ledger.directory, FIRST);
  const lines = (await readFile(path, 'utf8')).split('\n');
  const planted = lines.toSpliced(3, 1).join('\n');
  await writeFile(path, planted);
  ledger.launch();
  await until('a finding arrived', () => ledger.findings.length > 0);
  assert.deepEqual(
    ledger.findings.map(({ rule, compartment }) => [rule, compartment]),
    [['ledger.broken', null]],
  );
  await assert.rejects(add(ledger.recovery, 'after the break'), refusedWith('ledger.broken_chain'));
  await assert.rejects(
    callWire(ledger.recovery, { method: 'GET', path: '/health' }, z.unknown()),
    refusedWith('ledger.broken_chain'),
  );
  const verdict = await verify(ledger.recovery);
  assert.deepEqual([verdict.ok, verdict.checked], [false, 3]);
  assert.equal((await list(ledger.recovery, 'after=0')).length, 3, 'what holds can still be read');
  assert.equal(await readFile(path, 'utf8'), planted, 'the evidence is left as it was found');
});

test('[L5] entries altered or cut off under a running ledger are found by verify', async (t) => {
  for (const harm of ['altered', 'cut off', 'removed']) {
    const ledger = await bootLedger(t);
    for (let number = 0; number < 5; number += 1) await add(ledger.recovery, `entry ${number}`, { number });
    const path = join(ledger.directory, FIRST);
    const content = await readFile(path, 'utf8');
    if (harm === 'altered') await writeFile(path, content.replace('entry 2', 'entry 9'));
    if (harm === 'cut off') await truncate(path, content.lastIndexOf('\n', content.length - 2) + 1);
    if (harm === 'removed') await rm(path);
    const verdict = await verify(ledger.recovery);
    assert.equal(verdict.ok, false, harm);
    await assert.rejects(add(ledger.recovery, 'one more'), refusedWith('ledger.broken_chain'));
    await until('a finding arrived', () => ledger.findings.some(({ rule }) => rule === 'ledger.broken'));
  }
});

test('[L6] a full disk refuses entries with disk.full, leaves no half of them, and takes them again when there is room', async (t) => {
  if (!canMountSmallDisk()) {
    t.skip('this machine lets nobody mount a small disk of its own');
    return;
  }
  const ledger = await bootLedger(t, { roomBytes: 65_536 });
  let added = 0;
  const fill = async () => {
    for (;;) await add(ledger.recovery, `large ${(added += 1)}`, { text: 'x'.repeat(9000) });
  };
  await assert.rejects(fill(), refusedWith('disk.full'));
  const small = await add(ledger.recovery, 'small');
  assert.equal(small.sequence, added + 1, 'nothing stands between the last that was acknowledged and the next');
  assert.deepEqual(await verify(ledger.recovery), { ok: true, checked: small.sequence, fault: null });
});

test('many callers share a flush, and a second process is kept away from the files', async (t) => {
  const ledger = await bootLedger(t);
  const heads = await Promise.all(Array.from({ length: 1000 }, (_, number) => add(ledger.recovery, `at once ${number}`)));
  assert.equal(new Set(heads.map(({ sequence }) => sequence)).size, 1000);
  assert.deepEqual(await verify(ledger.recovery), { ok: true, checked: 1001, fault: null });
  const before = await readFile(join(ledger.directory, FIRST));
  const second = ledger.launch({ quiet: true });
  await once(second, 'exit');
  assert.notEqual(second.exitCode, 0);
  assert.deepEqual(await readFile(join(ledger.directory, FIRST)), before);
  assert.equal((await list(ledger.recovery, 'after=500&limit=1000')).length, 501);
  assert.equal((await list(ledger.recovery, 'after=1001')).length, 0);
  assert.equal((await list(ledger.recovery, '')).length, 100);
});

test('a ledger of many segments is read, listed and verified as one, and a missing or torn segment breaks it', async (t) => {
  const { directory, raised, open } = await openOwn(t, 2000);
  const ledger = await open();
  const request = (number: number) => ({ kind: 'drill.receipt', idempotencyKey: `drill ${number}`, body: { number } }) as const;
  const heads = [EMPTY_LEDGER, ledger.head];
  for (let number = 0; number < 50; number += 1) heads.push(await ledger.append('recovery', request(number)));
  const names = (await readdir(directory)).sort();
  assert.ok(names.length > 5);
  for (const after of [0, 1, 7, 30, 50]) {
    const entries = await ledger.list(after, 1000);
    assert.equal(entries.length, 51 - after);
    assert.deepEqual(verifyLedger(entries, KEYS, heads[after]), ledger.head);
  }
  assert.deepEqual(await ledger.verify(), { ok: true, checked: 51, fault: null });
  await ledger.close();
  const again = await open();
  assert.deepEqual(again.head, ledger.head);
  await again.append('recovery', request(99));
  await again.close();
  const middle = join(directory, names[2] ?? '');
  const content = await readFile(middle);
  await truncate(middle, content.length - 10);
  const torn = await open();
  assert.equal(torn.fault?.code, 'ledger.broken_chain');
  await torn.close();
  await rm(middle);
  const missing = await open();
  assert.match(missing.fault?.message ?? '', /the next segment is/);
  await missing.close();
  assert.deepEqual(raised, ['ledger.broken', 'ledger.broken']);
});

test('an interrupted beginning of a segment or of a ledger hinders no start', async (t) => {
  const { directory, open } = await openOwn(t, 500);
  await writeFile(join(directory, FIRST), '{"half of the very first');
  const ledger = await open();
  await ledger.append('recovery', { kind: 'drill.receipt', idempotencyKey: 'one', body: {} });
  await ledger.close();
  await writeFile(join(directory, 'entries-000000000003.jsonl'), '');
  const again = await open();
  assert.equal((await again.append('recovery', { kind: 'drill.receipt', idempotencyKey: 'two', body: {} })).sequence, 3);
  assert.deepEqual(await again.verify(), { ok: true, checked: 3, fault: null });
  await again.close();
});

test('strangers, malformed and oversized calls get a clear refusal', async (t) => {
  const ledger = await bootLedger(t);
  const post = (body: unknown, peer = ledger.recovery) => callWire(peer, { method: 'POST', path: '/entries', body }, z.unknown());
  const good = { kind: 'order.issued', idempotencyKey: 'k', body: {} };
  await assert.rejects(post(good, { ...ledger.recovery, secret: 'a guess' }), refusedWith('request.unauthenticated'));
  await assert.rejects(post({ ...good, kind: 'history.rewritten' }), refusedWith('input.invalid'));
  await assert.rejects(post({ ...good, idempotencyKey: '' }), refusedWith('input.invalid'));
  await assert.rejects(post({ ...good, body: { text: 'x'.repeat(300_000) } }), refusedWith('input.too_large'));
  let deep: unknown = {};
  for (let level = 0; level < 40; level += 1) deep = { deep };
  await assert.rejects(post({ ...good, body: { deep } }), refusedWith('input.invalid'));
  await assert.rejects(list(ledger.recovery, 'after=-1'), refusedWith('input.invalid'));
  await assert.rejects(list(ledger.recovery, 'limit=5000'), refusedWith('input.invalid'));
  assert.equal((await headOf(ledger.recovery)).sequence, 1);
  assert.equal(await ledger.stop('SIGTERM'), 0);
});

function openSignedMessage(line: string): string {
  return signedSchema.parse(JSON.parse(line)).message;
}
