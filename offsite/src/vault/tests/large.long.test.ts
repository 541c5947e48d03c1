import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { createBlobStore, takeChunks } from '@bulkhead/blobs';
import { openWire } from '@bulkhead/wire';
import { bootVault, MIB } from './booted-vault.ts';

const CHUNK_BYTES = 1_000_000;
const CHUNKS = 20_000;
const LIMIT_MS = 3_600_000;

/** The most memory that a process ever had. */
async function peakBytes(pid: number | 'self' | undefined): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(text)?.[1] ?? Number.NaN) * 1024;
}

test('[V1] [V12] a file of 20 GB goes to the vault and comes back whole, in constant memory at both sites', async (t) => {
  const vault = await bootVault(t, { quotaBytes: 30_000_000_000 });
  const directory = join(vault.root, 'blobs');
  const store = createBlobStore({ directory, vault: vault.website, limitBytes: 30_000_000_000 });
  await store.put(Readable.from([Buffer.alloc(100 * MIB, 1)]));
  const before = { offsite: await peakBytes(vault.child().pid), here: await peakBytes('self') };
  const begunMs = performance.now();
  const expected = createHash('sha256');
  const { sha256, bytes } = await store.put(Readable.from(manyChunks((chunk) => expected.update(chunk))));
  const putMs = performance.now() - begunMs;
  assert.equal(bytes, CHUNK_BYTES * CHUNKS);
  assert.equal(sha256, expected.digest('hex'));
  // Headquarters' own copy, so that what is read is the vault's, and the disk need not hold both.
  await rm(directory, { recursive: true });
  const { body } = await openWire(vault.website, { method: 'GET', path: `/blobs/${sha256}`, timeoutMs: LIMIT_MS });
  const hash = createHash('sha256');
  await takeChunks(body, (chunk) => void hash.update(chunk), 'nothing');
  assert.equal(hash.digest('hex'), sha256);
  const grown = {
    offsite: Math.round(((await peakBytes(vault.child().pid)) - before.offsite) / MIB),
    here: Math.round(((await peakBytes('self')) - before.here) / MIB),
  };
  const [putSeconds, readSeconds] = [putMs, performance.now() - begunMs - putMs].map((ms) => Math.round(ms / 1000));
  t.diagnostic(`put in ${putSeconds} s, read in ${readSeconds} s; grown by ${JSON.stringify(grown)} MiB`);
  assert.ok(grown.offsite < 100 && grown.here < 150, `memory grew by ${JSON.stringify(grown)} MiB`);
});

/** No two are the same; one buffer is not used twice, as a stream may still hold it. */
function* manyChunks(each: (chunk: Buffer) => void): Generator<Buffer> {
  for (let number = 0; number < CHUNKS; number += 1) {
    const chunk = Buffer.alloc(CHUNK_BYTES, `part ${number} `);
    each(chunk);
    yield chunk;
  }
}
