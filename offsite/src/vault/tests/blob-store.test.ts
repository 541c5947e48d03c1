import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { type BlobStore, createBlobStore, pathOfBlob } from '@bulkhead/blobs';
import { type ErrorCode, hasCode, sha256Hex } from '@bulkhead/kernel';
import { openWire, type WirePeer } from '@bulkhead/wire';
import { type BootedVault, bootVault, MIB, until } from './booted-vault.ts';

function storeOf(vault: BootedVault, limitBytes = 64 * MIB): { readonly store: BlobStore; readonly directory: string } {
  const directory = join(vault.root, 'blobs');
  return { directory, store: createBlobStore({ directory, vault: vault.website, limitBytes }) };
}

async function read(store: BlobStore, sha256: string): Promise<Buffer> {
  const { stream, bytes } = await store.open(sha256);
  const parts: Buffer[] = [];
  for await (const part of stream as AsyncIterable<Buffer>) parts.push(part);
  const content = Buffer.concat(parts);
  assert.equal(content.length, bytes);
  return content;
}

async function listOf(store: BlobStore): Promise<string[]> {
  const digests: string[] = [];
  for await (const sha256 of store.list()) digests.push(sha256);
  return digests.sort();
}

async function isInVault(peer: WirePeer, sha256: string): Promise<boolean> {
  const reply = await openWire(peer, { method: 'HEAD', path: `/blobs/${sha256}` }).catch(() => undefined);
  return reply?.status === 200;
}

function refusedWith(code: ErrorCode) {
  return (error: unknown) => hasCode(error, code) || assert.fail(`expected ${code}, got ${String(error)}`);
}

test('[V1] when put answers, the contents are here and in the vault', async (t) => {
  const vault = await bootVault(t);
  const { store } = storeOf(vault);
  const contents = [Buffer.alloc(0), Buffer.from('short'), Buffer.alloc(5 * MIB, 3)];
  for (const content of contents) {
    const { sha256, bytes } = await store.put(Readable.from([content]));
    assert.deepEqual([sha256, bytes], [sha256Hex(content), content.length]);
    assert.ok(await store.has(sha256));
    assert.ok(await isInVault(vault.website, sha256));
    assert.deepEqual(await read(store, sha256), content);
  }
  assert.deepEqual(await listOf(store), contents.map((content) => sha256Hex(content)).sort());
});

test('[V1] with the vault away nothing is stored, the error says so, and nothing half-kept is left', async (t) => {
  const vault = await bootVault(t);
  const { store, directory } = storeOf(vault);
  await vault.stop('SIGKILL');
  await assert.rejects(store.put(Readable.from([Buffer.from('unprotected')])), refusedWith('vault.unreachable'));
  assert.deepEqual(await readdir(directory), ['incoming']);
  assert.deepEqual(await readdir(join(directory, 'incoming')), []);
  await vault.start();
  await store.put(Readable.from([Buffer.from('unprotected')]));
});

test('[V1] a vault killed while it receives, then back: the put that was acknowledged is there, the other was refused', async (t) => {
  const vault = await bootVault(t);
  const { store, directory } = storeOf(vault);
  const done = await store.put(Readable.from([Buffer.alloc(MIB, 1)]));
  const halves = Array.from({ length: 8 }, (_, number) =>
    store.put(Readable.from([Buffer.alloc(8 * MIB, number + 10)])).then(
      (stored) => stored.sha256,
      (error: unknown) => error,
    ),
  );
  await vault.stop('SIGKILL');
  const outcomes = await Promise.all(halves);
  await vault.start();
  assert.ok(await isInVault(vault.website, done.sha256));
  for (const outcome of outcomes) {
    if (typeof outcome === 'string') assert.ok(await isInVault(vault.website, outcome), 'an acknowledged blob is in the vault');
    else assert.ok(hasCode(outcome, 'vault.unreachable'), String(outcome));
  }
  assert.deepEqual(await readdir(join(directory, 'incoming')), []);
});

test('[V1] a process killed while it stores leaves only whole contents, each of them in the vault, once it starts again', async (t) => {
  const vault = await bootVault(t);
  const directory = join(vault.root, 'blobs');
  const script = `
    import { createBlobStore } from '@bulkhead/blobs';
    import { Readable } from 'node:stream';
    const store = createBlobStore({ directory: process.argv[1], vault: JSON.parse(process.argv[2]), limitBytes: 1e9 });
    for (let n = 0; ; n += 1) {
      const { sha256 } = await store.put(Readable.from([Buffer.alloc(100_000 + n, n)]));
      process.stdout.write(sha256 + '\\n');
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, directory, JSON.stringify(vault.website)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: new URL('.', import.meta.url),
  });
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const ended = once(child, 'exit');
  await until('ten are stored', () => told.split('\n').length > 10);
  child.kill('SIGKILL');
  await ended;
  const store = createBlobStore({ directory, vault: vault.website, limitBytes: MIB });
  assert.deepEqual(await readdir(join(directory, 'incoming')), []);
  const here = await listOf(store);
  for (const sha256 of told.trim().split('\n')) assert.ok(here.includes(sha256), 'what was acknowledged is here');
  for (const sha256 of here) {
    assert.equal(sha256Hex(await read(store, sha256)), sha256);
    assert.ok(await isInVault(vault.website, sha256));
  }
});

test('[V6] small damaged contents are mended from the vault before the first byte is read', async (t) => {
  const vault = await bootVault(t);
  const { store, directory } = storeOf(vault);
  const content = Buffer.from('as approved by two persons');
  const { sha256 } = await store.put(Readable.from([content]));
  await chmod(pathOfBlob(directory, sha256), 0o600);
  await writeFile(pathOfBlob(directory, sha256), 'defaced');
  assert.deepEqual(await read(store, sha256), content);
  await chmod(pathOfBlob(directory, sha256), 0o600);
  await writeFile(pathOfBlob(directory, sha256), 'defaced');
  await vault.stop('SIGKILL');
  await assert.rejects(read(store, sha256), refusedWith('blob.hash_mismatch'));
});

test('[V6] large damaged contents fail before their end and are whole again at the next reading', async (t) => {
  const vault = await bootVault(t);
  const { store, directory } = storeOf(vault);
  const content = Buffer.alloc(3 * MIB, 8);
  const { sha256 } = await store.put(Readable.from([content]));
  const damaged = Buffer.from(content);
  damaged[2 * MIB] = 0;
  await chmod(pathOfBlob(directory, sha256), 0o600);
  await writeFile(pathOfBlob(directory, sha256), damaged);
  let given = 0;
  const { stream } = await store.open(sha256);
  await assert.rejects(async () => {
    for await (const part of stream as AsyncIterable<Buffer>) given += part.length;
  }, refusedWith('blob.hash_mismatch'));
  assert.ok(given < content.length, 'a damaged file is never handed out whole');
  assert.deepEqual(await read(store, sha256), content);
});

test('contents that were wiped here come back from the vault; many readers fetch them once', async (t) => {
  const vault = await bootVault(t);
  const { store, directory } = storeOf(vault);
  const { sha256 } = await store.put(Readable.from([Buffer.alloc(2 * MIB, 4)]));
  await rm(join(directory, sha256.slice(0, 2)), { recursive: true });
  assert.equal(await store.has(sha256), false);
  const all = await Promise.all(Array.from({ length: 10 }, () => read(store, sha256)));
  assert.ok(all.every((content) => content.length === 2 * MIB));
  assert.equal(await store.ensure(sha256), 2 * MIB);
  await assert.rejects(store.open('d'.repeat(64)), refusedWith('blob.not_found'));
  await assert.rejects(store.open('../../etc/passwd'), refusedWith('input.invalid'));
});

test('contents over the limit are refused while they come, and a sender who breaks off leaves nothing', async (t) => {
  const vault = await bootVault(t);
  const { store, directory } = storeOf(vault, MIB);
  await assert.rejects(store.put(Readable.from([Buffer.alloc(MIB), Buffer.alloc(1)])), refusedWith('blob.too_large'));
  await assert.rejects(store.put(Readable.from([Buffer.alloc(20)]), { limitBytes: 10 }), refusedWith('blob.too_large'));
  const broken = new PassThrough();
  broken.write('half of it');
  const putting = store.put(broken);
  setImmediate(() => broken.destroy(new Error('the browser went away')));
  await assert.rejects(putting, /the browser went away/);
  assert.deepEqual(await readdir(join(directory, 'incoming')), []);
  assert.deepEqual(await listOf(store), []);
});

test("[V5] what the vault refuses for want of quota is refused here, with the vault's reason", async (t) => {
  const vault = await bootVault(t, { quotaBytes: MIB });
  const { store } = storeOf(vault);
  await assert.rejects(store.put(Readable.from([Buffer.alloc(4 * MIB)])), refusedWith('vault.quota_exceeded'));
  assert.deepEqual(await listOf(store), []);
});

test('[V9] a full disk here is told as disk.full, and nothing half is kept', async (t) => {
  if (spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status !== 0) {
    t.skip('this machine lets nobody mount a small disk of its own');
    return;
  }
  const vault = await bootVault(t);
  const directory = join(vault.root, 'small');
  const script = `
    import { createBlobStore } from '@bulkhead/blobs';
    import { readdirSync } from 'node:fs';
    import { Readable } from 'node:stream';
    const store = createBlobStore({ directory: process.argv[1], vault: JSON.parse(process.argv[2]), limitBytes: 1e9 });
    const code = await store.put(Readable.from([Buffer.alloc(4_000_000)])).catch((error) => error.code);
    const { bytes } = await store.put(Readable.from([Buffer.alloc(500_000)]));
    console.log(JSON.stringify({ code, bytes, left: readdirSync(process.argv[1] + '/incoming').length }));`;
  const mounted = 'mkdir "$1" && mount -t tmpfs -o size=1048576 small "$1" && exec "$2" --input-type=module -e "$3" "$1" "$4"';
  const words = ['--user', '--map-root-user', '--mount', 'sh', '-c', mounted, 'sh', directory, process.execPath, script];
  const child = spawn('unshare', [...words, JSON.stringify(vault.website)], {
    cwd: new URL('.', import.meta.url),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const chunk of child.stdout) said += String(chunk);
  assert.deepEqual(JSON.parse(said), { code: 'disk.full', bytes: 500_000, left: 0 });
});
