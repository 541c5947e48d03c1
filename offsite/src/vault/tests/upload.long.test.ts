import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { createBlobStore } from '@bulkhead/blobs';
import { openWire } from '@bulkhead/wire';
import { bootVault, MIB, until } from './booted-vault.ts';

const SIZE_MIB = 1024;

test('[V12] a file of 1 GiB goes to the vault in constant memory, though the vault is killed twice on the way', async (t) => {
  const vault = await bootVault(t, { quotaBytes: 4096 * MIB });
  const store = createBlobStore({ directory: join(vault.root, 'blobs'), vault: vault.website, limitBytes: 4096 * MIB });
  const peakBytes = async () => {
    const text = await readFile(`/proc/${vault.child().pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(text)?.[1] ?? 0) * 1024;
  };
  const before = await peakBytes();
  const putting = store.put(Readable.from(manyChunks()));
  for (const _ of ['once', 'twice']) {
    await until('it is under way', async () => (await readdir(join(vault.directory, '.uploads'))).length > 0, 600_000);
    await vault.stop('SIGKILL');
    await vault.start();
  }
  const { sha256, bytes } = await putting;
  assert.equal(bytes, SIZE_MIB * MIB);
  const { body } = await openWire(vault.website, { method: 'GET', path: `/blobs/${sha256}`, timeoutMs: 600_000 });
  let read = 0;
  for await (const part of body as AsyncIterable<Buffer>) read += part.length;
  assert.equal(read, bytes);
  const grownBytes = (await peakBytes()) - before;
  assert.ok(grownBytes < 150 * MIB, `grew by ${Math.round(grownBytes / MIB)} MiB`);
});

function* manyChunks(): Generator<Buffer> {
  for (let number = 0; number < SIZE_MIB; number += 1) yield Buffer.alloc(MIB, number);
}
