import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFile, chmod, readdir, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { createBlobStore } from '@bulkhead/blobs';
import { type UploadStanding, uploadStandingSchema } from '@bulkhead/contracts';
import { type ErrorCode, hasCode, sha256Hex, sleepMs } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { type BootedVault, bootVault, MIB, until } from './booted-vault.ts';

const FRAME = 262_144;

function begin(peer: WirePeer, sha256: string, bytes: number): Promise<UploadStanding> {
  return callWire(peer, { method: 'POST', path: `/uploads/${sha256}`, body: { bytes } }, uploadStandingSchema);
}

function append(peer: WirePeer, sha256: string, offset: number, content: Buffer): Promise<UploadStanding> {
  const headers = { 'upload-offset': String(offset), 'content-length': String(content.length) };
  const call = { method: 'PUT', path: `/uploads/${sha256}`, stream: Readable.from([content]), headers } as const;
  return callWire(peer, call, uploadStandingSchema);
}

async function get(peer: WirePeer, sha256: string): Promise<Buffer> {
  const { body } = await openWire(peer, { method: 'GET', path: `/blobs/${sha256}` });
  const parts: Buffer[] = [];
  for await (const part of body as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

function refusedWith(code: ErrorCode) {
  return (error: unknown) => hasCode(error, code) || assert.fail(`expected ${code}, got ${String(error)}`);
}

/** Sends the head of a part and some of its body, then nothing more, until so much lies on the vault's disk. */
async function sendHalf(vault: BootedVault, content: Buffer, sent: number) {
  const sha256 = sha256Hex(content);
  const connection = connect({ path: vault.website.socket });
  connection.on('error', () => {});
  connection.write(
    `PUT /uploads/${sha256} HTTP/1.1\r\nhost: wire\r\nauthorization: Bearer ${vault.website.secret}\r\nupload-offset: 0\r\ncontent-length: ${content.length}\r\n\r\n`,
  );
  connection.write(content.subarray(0, sent));
  const path = join(vault.directory, '.uploads', `website-${sha256}`);
  await until('some of it lies there', async () => ((await stat(path).catch(() => undefined))?.size ?? 0) > 2 * FRAME);
  return { connection, path };
}

test('[V12] an upload in parts that a kill of the vault broke off goes on where it stopped, and a torn end is cut off', async (t) => {
  const vault = await bootVault(t);
  const content = randomBytes(3 * MIB + 17);
  const sha256 = sha256Hex(content);
  assert.deepEqual(await begin(vault.website, sha256, content.length), { isHere: false, offset: 0 });
  const { connection, path } = await sendHalf(vault, content, 2 * MIB);
  t.after(() => connection.destroy());
  await vault.stop('SIGKILL');
  await chmod(path, 0o600);
  await appendFile(path, randomBytes(1000));
  await vault.start();
  await assert.rejects(get(vault.website, sha256), refusedWith('blob.not_found'));
  const { offset } = await begin(vault.website, sha256, content.length);
  assert.ok(offset >= 2 * FRAME && offset <= 2 * MIB && offset % FRAME === 0, `stands at ${offset}`);
  await assert.rejects(append(vault.website, sha256, offset + 1, content), refusedWith('vault.upload_interrupted'));
  const more = await append(vault.website, sha256, offset, content.subarray(offset, offset + 2 * FRAME));
  assert.deepEqual(more, { isHere: false, offset: offset + 2 * FRAME });
  assert.equal((await append(vault.website, sha256, more.offset, content.subarray(more.offset))).isHere, true);
  assert.ok((await get(vault.website, sha256)).equals(content));
  assert.deepEqual(await readdir(join(vault.directory, '.uploads')), []);
  assert.equal((await begin(vault.website, sha256, content.length)).isHere, true, 'what is here is not sent again');
});

test('[V12] a sender that began anew is listened to, and the connection that it lost is not', async (t) => {
  const vault = await bootVault(t);
  const content = randomBytes(2 * MIB);
  const sha256 = sha256Hex(content);
  await begin(vault.website, sha256, content.length);
  const { connection } = await sendHalf(vault, content, MIB);
  t.after(() => connection.destroy());
  const { offset } = await begin(vault.website, sha256, content.length);
  assert.ok(offset > 0);
  assert.equal((await append(vault.website, sha256, offset, content.subarray(offset))).isHere, true);
  assert.ok((await get(vault.website, sha256)).equals(content));
});

test('[V4] parts that make other contents than were named are thrown away; more than was told is refused', async (t) => {
  const vault = await bootVault(t);
  const named = sha256Hex('something else');
  await begin(vault.website, named, 1000);
  await assert.rejects(append(vault.website, named, 0, Buffer.alloc(1001)), refusedWith('blob.too_large'));
  await assert.rejects(append(vault.website, named, 0, Buffer.alloc(1000)), refusedWith('blob.hash_mismatch'));
  const { offset } = await begin(vault.website, named, 1000);
  assert.equal(offset, 0);
  await assert.rejects(append(vault.website, 'f'.repeat(64), 0, Buffer.alloc(1)), refusedWith('vault.upload_interrupted'));
  await assert.rejects(append(vault.identity, named, 0, Buffer.alloc(1)), refusedWith('vault.upload_interrupted'));
  await assert.rejects(begin(vault.offsite, named, 1000), refusedWith('request.forbidden'));
});

test('[V13] unfinished uploads hold quota, are few, and are gone when nobody goes on with them for three days of own time', async (t) => {
  const vault = await bootVault(t, { quotaBytes: 20 * MIB });
  await begin(vault.website, '0'.repeat(64), 15 * MIB);
  await assert.rejects(begin(vault.website, '1'.repeat(64), 6 * MIB), refusedWith('vault.quota_exceeded'));
  await vault.stop('SIGKILL');
  await vault.start();
  await assert.rejects(begin(vault.website, '1'.repeat(64), 6 * MIB), refusedWith('vault.quota_exceeded'));
  for (let number = 1; number < 16; number += 1) await begin(vault.website, number.toString(16).padStart(64, 'a'), 10);
  await assert.rejects(begin(vault.website, '2'.repeat(64), 10), refusedWith('request.too_many'));
  await begin(vault.identity, '2'.repeat(64), 10);
  await vault.stop('SIGTERM');
  const register = new DatabaseSync(join(vault.directory, '.keyring', 'register.sqlite'));
  register.exec('update upload set touched_at = -300000');
  register.close();
  await vault.start();
  await begin(vault.website, '1'.repeat(64), 19 * MIB);
});

test('[V12] a store brings large contents in parts, and a vault killed meanwhile does not make it fail', async (t) => {
  const vault = await bootVault(t);
  const directory = join(vault.root, 'blobs');
  const store = createBlobStore({ directory, vault: vault.website, limitBytes: 64 * MIB, inPartsBytes: MIB });
  const content = randomBytes(24 * MIB);
  const putting = store.put(Readable.from([content]));
  const twice = store.put(Readable.from([content]));
  await until('it is under way', async () => (await readdir(join(vault.directory, '.uploads'))).length > 0);
  await vault.stop('SIGKILL');
  await sleepMs(200);
  await vault.start();
  const [first, second] = await Promise.all([putting, twice]);
  assert.equal(first.sha256, second.sha256);
  assert.ok((await get(vault.website, first.sha256)).equals(content));
  assert.deepEqual(await readdir(join(vault.directory, '.uploads')), []);
});
