import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { type ErrorCode, hasCode, sha256Hex } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { bootVault, MIB, until } from './booted-vault.ts';

async function put(peer: WirePeer, content: Buffer, sha256 = sha256Hex(content)): Promise<number> {
  const headers = { 'content-length': String(content.length) };
  const reply = await openWire(peer, { method: 'PUT', path: `/blobs/${sha256}`, stream: Readable.from([content]), headers });
  reply.body.resume();
  return reply.status;
}

async function get(peer: WirePeer, path: string): Promise<Buffer> {
  const reply = await openWire(peer, { method: 'GET', path });
  const parts: Buffer[] = [];
  for await (const part of reply.body as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

function refusedWith(code: ErrorCode) {
  return (error: unknown) => hasCode(error, code) || assert.fail(`expected ${code}, got ${String(error)}`);
}

function pathIn(directory: string, compartment: string, sha256: string): string {
  return join(directory, compartment, sha256.slice(0, 2), sha256);
}

/** Sends a raw request head and part of its body, and leaves the rest out. */
function sendHalf(socket: string, head: string, body: Buffer) {
  const connection = connect({ path: socket });
  connection.on('error', () => {});
  connection.write(head);
  connection.write(body);
  return connection;
}

test('what a compartment added is there for itself and for off-site, and lies read-only under its digest', async (t) => {
  const vault = await bootVault(t);
  const content = Buffer.from('the working paper in six languages');
  const sha256 = sha256Hex(content);
  assert.equal(await put(vault.website, content), 201);
  assert.equal(await put(vault.website, content), 200);
  assert.deepEqual(await get(vault.website, `/blobs/${sha256}`), content);
  assert.deepEqual(await get(vault.offsite, `/compartments/website/blobs/${sha256}`), content);
  const lies = await stat(pathIn(vault.directory, 'website', sha256));
  assert.equal(lies.mode & 0o777, 0o400);
  const head = await openWire(vault.website, { method: 'HEAD', path: `/blobs/${sha256}` });
  assert.equal(head.headers['content-length'], String(content.length));
  assert.equal(await put(vault.website, Buffer.alloc(0)), 201, 'empty contents are contents too');
});

test('[V10] a secret that off-site replaced opens nothing any more, at once and after a kill; only off-site replaces one', async (t) => {
  const vault = await bootVault(t);
  const content = Buffer.from('a picture');
  await put(vault.website, content);
  const secret = 'c'.repeat(64);
  const replace = (by: WirePeer, compartment = 'website') =>
    callWire(by, { method: 'POST', path: `/compartments/${compartment}/secret`, body: { secret } }, z.unknown());
  await assert.rejects(replace(vault.identity), refusedWith('request.forbidden'));
  await assert.rejects(replace(vault.offsite, 'nowhere'), refusedWith('compartment.unknown'));
  await replace(vault.offsite);
  await replace(vault.offsite);
  const renewed = { ...vault.website, secret };
  const readBy = (peer: WirePeer) => get(peer, `/blobs/${sha256Hex(content)}`);
  for (const _ of ['before', 'after']) {
    await assert.rejects(readBy(vault.website), refusedWith('request.unauthenticated'));
    assert.deepEqual(await readBy(renewed), content);
    assert.equal(await put(vault.identity, content), _ === 'before' ? 201 : 200, 'others keep theirs');
    await vault.stop('SIGKILL');
    await vault.start();
  }
});

test('[V2] nothing in the vault can be overwritten, deleted or altered by any caller, and each try is a finding', async (t) => {
  const vault = await bootVault(t);
  const content = Buffer.from('the original');
  const sha256 = sha256Hex(content);
  await put(vault.website, content);
  for (const other of ['ransomed', 'the original!', 'the origina1', ''])
    await assert.rejects(put(vault.website, Buffer.from(other), sha256), refusedWith('vault.append_only'));
  await assert.rejects(put(vault.website, Buffer.alloc(8 * MIB, 1), sha256), refusedWith('vault.append_only'));
  for (const peer of [vault.website, vault.offsite]) {
    for (const method of ['DELETE', 'POST'] as const)
      await assert.rejects(openWire(peer, { method, path: `/blobs/${sha256}` }), refusedWith('vault.append_only'));
    await assert.rejects(openWire(peer, { method: 'DELETE', path: '/compartments/website' }), refusedWith('vault.append_only'));
  }
  assert.deepEqual(await get(vault.website, `/blobs/${sha256}`), content);
  await until('findings of website and of off-site arrived', () => vault.findings.length >= 2);
  assert.ok(vault.findings.every((finding) => finding.rule === 'vault.append_only_refused'));
  assert.ok(vault.findings.some((finding) => finding.compartment === 'website'));
});

test('[V3] a compartment sees and fills only its own part, off-site adds nothing, and strangers get in nowhere', async (t) => {
  const vault = await bootVault(t);
  const content = Buffer.from('of the website');
  const sha256 = sha256Hex(content);
  await put(vault.website, content);
  await assert.rejects(get(vault.identity, `/blobs/${sha256}`), refusedWith('blob.not_found'));
  await assert.rejects(get(vault.identity, `/compartments/website/blobs/${sha256}`), refusedWith('request.forbidden'));
  await assert.rejects(put(vault.offsite, content), refusedWith('request.forbidden'));
  const stranger = { socket: vault.website.socket, secret: 'a guess' };
  await assert.rejects(put(stranger, content), refusedWith('request.unauthenticated'));
  await assert.rejects(get(vault.offsite, `/compartments/elsewhere/blobs/${sha256}`), refusedWith('compartment.unknown'));
});

test('[V4] bytes that do not have the digest they are named by are refused, and nothing of them is kept', async (t) => {
  const vault = await bootVault(t);
  const named = sha256Hex('something else');
  await assert.rejects(put(vault.website, Buffer.from('bytes'), named), refusedWith('blob.hash_mismatch'));
  await assert.rejects(put(vault.website, Buffer.from('bytes'), '../../../etc/passwd'), refusedWith('vault.append_only'));
  await assert.rejects(put(vault.website, Buffer.from('bytes'), named.toUpperCase()), refusedWith('input.invalid'));
  assert.deepEqual((await readdir(vault.directory)).sort(), ['.incoming', '.keyring', '.uploads']);
  assert.deepEqual(await readdir(join(vault.directory, '.incoming')), []);
});

test('[V5] a compartment stores no more than its quota, counted in whole blocks and kept across a restart', async (t) => {
  const vault = await bootVault(t, { quotaBytes: MIB });
  await put(vault.website, Buffer.alloc(MIB / 2, 1));
  await assert.rejects(put(vault.website, Buffer.alloc(MIB / 2 + 1, 2)), refusedWith('vault.quota_exceeded'));
  await vault.stop('SIGTERM');
  await vault.start();
  for (let tiny = 0; tiny < 128; tiny += 1) assert.equal(await put(vault.website, Buffer.from(`tiny ${tiny}`)), 201);
  await assert.rejects(put(vault.website, Buffer.from('one more byte')), refusedWith('vault.quota_exceeded'));
  assert.equal(await put(vault.website, Buffer.from('tiny 7')), 200, 'what is there costs nothing');
  assert.equal(await put(vault.identity, Buffer.alloc(MIB / 2, 3)), 201, 'the quota of another is its own');
});

test('[V5] a sender who does not tell the length is stopped at the quota while it sends', async (t) => {
  const vault = await bootVault(t, { quotaBytes: MIB });
  const endless = Readable.from(
    (async function* () {
      for (;;) yield Buffer.alloc(65_536, 7);
    })(),
  );
  const call = { method: 'PUT', path: `/blobs/${'a'.repeat(64)}`, stream: endless } as const;
  await assert.rejects(openWire(vault.website, call), refusedWith('vault.quota_exceeded'));
  endless.destroy();
  await until('nothing half-kept', async () => (await readdir(join(vault.directory, '.incoming'))).length === 0);
  assert.equal(await put(vault.website, Buffer.alloc(MIB, 1)), 201, 'the refused upload holds no quota any more');
});

test('[V1] a vault killed in the middle of an upload keeps what it had acknowledged and nothing of the rest', async (t) => {
  const vault = await bootVault(t);
  const contents = Array.from({ length: 20 }, (_, number) => Buffer.alloc(100_000 + number, number));
  for (const content of contents) await put(vault.website, content);
  const half = Buffer.alloc(2 * MIB, 9);
  const head = `PUT /blobs/${sha256Hex(half)} HTTP/1.1\r\nhost: wire\r\nauthorization: Bearer ${vault.website.secret}\r\ncontent-length: ${half.length}\r\n\r\n`;
  const connection = sendHalf(vault.website.socket, head, half.subarray(0, MIB));
  t.after(() => connection.destroy());
  await until('the upload is under way', async () => {
    const names = await readdir(join(vault.directory, '.incoming'));
    return names.length === 1 && (await stat(join(vault.directory, '.incoming', names[0] ?? ''))).size > 0;
  });
  await vault.stop('SIGKILL');
  await vault.start();
  for (const content of contents) assert.deepEqual(await get(vault.website, `/blobs/${sha256Hex(content)}`), content);
  await assert.rejects(get(vault.website, `/blobs/${sha256Hex(half)}`), refusedWith('blob.not_found'));
  assert.deepEqual(await readdir(join(vault.directory, '.incoming')), []);
  assert.equal(await put(vault.website, half), 201);
});

test('[V1] a sender that goes away in the middle of an upload leaves nothing behind', async (t) => {
  const vault = await bootVault(t);
  const head = `PUT /blobs/${'b'.repeat(64)} HTTP/1.1\r\nhost: wire\r\nauthorization: Bearer ${vault.website.secret}\r\ncontent-length: 1000000\r\n\r\n`;
  const connection = sendHalf(vault.website.socket, head, Buffer.alloc(1000));
  await until('the upload is under way', async () => (await readdir(join(vault.directory, '.incoming'))).length === 1);
  connection.destroy();
  await until('nothing half-kept', async () => (await readdir(join(vault.directory, '.incoming'))).length === 0);
});

test('[V6] bytes damaged on the disk are never served whole, become a finding, and the right bytes may be brought again', async (t) => {
  const vault = await bootVault(t);
  const content = Buffer.alloc(3 * MIB, 5);
  const sha256 = sha256Hex(content);
  await put(vault.website, content);
  const path = pathIn(vault.directory, 'website', sha256);
  await chmod(path, 0o600);
  const damaged = Buffer.from(content);
  damaged[MIB] = 6;
  await writeFile(path, damaged);
  await assert.rejects(get(vault.website, `/blobs/${sha256}`));
  await assert.rejects(get(vault.website, `/blobs/${sha256}`), refusedWith('blob.hash_mismatch'));
  const small = Buffer.from('small enough for a clear refusal');
  await put(vault.website, small);
  await chmod(pathIn(vault.directory, 'website', sha256Hex(small)), 0o600);
  await writeFile(pathIn(vault.directory, 'website', sha256Hex(small)), 'small but changed');
  await assert.rejects(get(vault.website, `/blobs/${sha256Hex(small)}`), refusedWith('blob.hash_mismatch'));
  await until('a finding arrived', () => vault.findings.some((finding) => finding.rule === 'vault.damaged'));
  const missing = z.object({ missing: z.array(z.string()) });
  const asked = { method: 'POST', path: '/compartments/website/missing', body: { digests: [sha256, 'c'.repeat(64)] } } as const;
  assert.deepEqual((await callWire(vault.offsite, asked, missing)).missing, [sha256, 'c'.repeat(64)]);
  assert.equal(await put(vault.website, content), 201);
  assert.deepEqual(await get(vault.website, `/blobs/${sha256}`), content);
  assert.deepEqual((await callWire(vault.offsite, asked, missing)).missing, ['c'.repeat(64)]);
  const kept = await readdir(join(vault.directory, '.damaged', 'website'));
  assert.equal(kept.length, 1, 'the damaged file is kept as evidence');
});

test('[V7] a scrub finds a flipped bit and a file that is gone, without anybody asking for them', async (t) => {
  const vault = await bootVault(t, { scrubEverySeconds: 1 });
  const contents = ['one', 'two', 'three'].map((text) => Buffer.from(text));
  for (const content of contents) await put(vault.website, content);
  for (const content of contents) await put(vault.identity, content);
  const flipped = pathIn(vault.directory, 'website', sha256Hex('one'));
  await chmod(flipped, 0o600);
  await writeFile(flipped, 'onf');
  const gone = pathIn(vault.directory, 'identity', sha256Hex('two'));
  spawnSync('rm', ['-f', gone]);
  await until('both were told', () =>
    ['website', 'identity'].every((name) =>
      vault.findings.some((finding) => finding.rule === 'vault.damaged' && finding.compartment === name),
    ),
  );
});

test('[V8] asking for a blob renews its lease', async (t) => {
  const vault = await bootVault(t);
  const content = Buffer.from('leased');
  const sha256 = sha256Hex(content);
  await put(vault.website, content);
  const register = new DatabaseSync(join(vault.directory, '.keyring', 'register.sqlite'));
  t.after(() => register.close());
  for (const ask of [
    () => openWire(vault.website, { method: 'HEAD', path: `/blobs/${sha256}` }),
    () => get(vault.website, `/blobs/${sha256}`),
    () => put(vault.website, content),
    () =>
      callWire(
        vault.offsite,
        { method: 'POST', path: '/compartments/website/missing', body: { digests: [sha256] } },
        z.unknown(),
      ),
  ]) {
    register.exec('update blob set leased_at = -100000');
    await ask();
    assert.ok(Number(register.prepare('select leased_at from blob').get()?.['leased_at']) >= 0);
  }
});

test('[V9] a full disk is told as disk.full, keeps nothing half, and what was stored stays readable', async (t) => {
  if (spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status !== 0) {
    t.skip('this machine lets nobody mount a small disk of its own');
    return;
  }
  const vault = await bootVault(t, { roomBytes: MIB });
  const content = Buffer.alloc(MIB / 2, 1);
  assert.equal(await put(vault.website, content), 201);
  for (const size of [MIB, 8 * MIB]) await assert.rejects(put(vault.website, Buffer.alloc(size, 2)), refusedWith('disk.full'));
  assert.deepEqual(await get(vault.website, `/blobs/${sha256Hex(content)}`), content);
  assert.equal(await put(vault.website, Buffer.alloc(MIB / 4, 3)), 201, 'the refused upload takes no room');
});

test('malformed and oversized calls get a clear refusal', async (t) => {
  const vault = await bootVault(t);
  const missing = (body: unknown) => openWire(vault.offsite, { method: 'POST', path: '/compartments/website/missing', body });
  await assert.rejects(missing({ digests: 'all' }), refusedWith('input.invalid'));
  await assert.rejects(missing({ digests: Array(50_001).fill('a'.repeat(64)) }), refusedWith('input.invalid'));
  await assert.rejects(missing({ digests: ['x'.repeat(5_000_000)] }), refusedWith('input.too_large'));
  await assert.rejects(get(vault.website, '/blobs/not-a-digest'), refusedWith('input.invalid'));
  await assert.rejects(get(vault.website, '/elsewhere'), refusedWith('request.not_found'));
});

test('a stop signal ends the vault with exit code 0, also while a sender holds a connection open', async (t) => {
  const vault = await bootVault(t);
  const held = request({ socketPath: vault.website.socket, path: '/health' });
  held.on('error', () => {});
  held.write('');
  assert.equal(await vault.stop('SIGTERM'), 0);
});

test('memory stays constant while a large blob passes through', async (t) => {
  const vault = await bootVault(t, { quotaBytes: 1024 * MIB });
  const peakBytes = async () => {
    const text = await readFile(`/proc/${vault.child().pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(text)?.[1] ?? 0) * 1024;
  };
  await put(vault.website, Buffer.alloc(MIB, 1));
  const before = await peakBytes();
  const chunk = Buffer.alloc(MIB, 4);
  const stream = Readable.from(Array(300).fill(chunk));
  const sha256 = sha256Hex(Buffer.concat(Array(300).fill(chunk)));
  const reply = await openWire(vault.website, { method: 'PUT', path: `/blobs/${sha256}`, stream, timeoutMs: 120_000 });
  assert.equal(reply.status, 201);
  reply.body.resume();
  const back = await openWire(vault.website, { method: 'GET', path: `/blobs/${sha256}`, timeoutMs: 120_000 });
  let bytes = 0;
  for await (const part of back.body as AsyncIterable<Buffer>) bytes += part.length;
  assert.equal(bytes, 300 * MIB);
  assert.ok((await peakBytes()) - before < 150 * MIB, `grew by ${((await peakBytes()) - before) / MIB} MiB`);
});
