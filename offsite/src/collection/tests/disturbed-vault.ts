import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import type { LedgerRequest } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { openDiskTarget } from '#vault/target/disk.actions.ts';
import { openVault, type Vault } from '#vault/vault.actions.ts';
import { carryOutCollection, type RoundDeps } from '../collection.actions.ts';
import { WITH_BLOBS } from './manifest.ts';

export const AGE_SECONDS = 86_400;
const NAMED_NOW = 'now';
const NAMED_BEFORE = 'before';
export const ASKED_FOR = 'asked for';
const UNNAMED = ['never', 'never either'];
const ALL = [NAMED_NOW, NAMED_BEFORE, ASKED_FOR, ...UNNAMED];
export const digestOf = (content: string) => sha256Hex(Buffer.from(content));

/** An entry of the ledger. */
export type Told = { readonly key: string; readonly blobs: unknown };

/** Where something may go wrong. */
export type Step = 'write' | 'remove' | 'ledger' | 'search';
export type Steps = {
  /** Called before each step; what it throws is what went wrong. */
  readonly before: (step: Step) => void;
  /** Called wherever a kill would leave another state. */
  readonly between: () => void;
};
const UNDISTURBED: Steps = { before: () => {}, between: () => {} };

/** A vault at a directory, with what a round needs beside it. */
export async function openWorld(directory: string, ledger: Told[], elapsedMs: () => number, steps: Steps = UNDISTURBED) {
  const disk = openDiskTarget(directory);
  const vault = await openVault({
    directory,
    target: {
      ...disk,
      remove: async (name) => {
        steps.before('remove');
        steps.between();
        const removed = await disk.remove(name);
        steps.between();
        return removed;
      },
    },
    quotas: { website: 1e9 },
    recipients: [],
    now: () => new Date(0),
    elapsedMs,
    raise: () => {},
  });
  const write = vault.register.write.bind(vault.register);
  vault.register.write = async (change) => {
    steps.before('write');
    const result = await write(change);
    steps.between();
    return result;
  };
  return { vault, deps: depsOf(vault, ledger, steps) };
}

function depsOf({ collection }: Vault, ledger: Told[], { before, between }: Steps): RoundDeps {
  const named = new Set([digestOf(NAMED_NOW), digestOf(NAMED_BEFORE)]);
  return {
    vault: {
      beginCollection: (compartment, asked) => Promise.resolve(collection.begin(compartment, asked)),
      finishCollection: (compartment, found) => collection.finish(compartment, found),
      readLeaving: (compartment) => Promise.resolve(collection.tellLeaving(compartment)),
      removeLeaving: (compartment) => collection.remove(compartment),
    },
    archive: {
      findNamed: async (_compartment, digests) => {
        before('search');
        const found = digests.filter((digest) => named.has(digest));
        return { found, systemId: '1', lsn: '0/20', bases: 1, segments: 1, bytes: 1 };
      },
      readRetention: () =>
        Promise.resolve({
          proofs: [{ lsn: '0/20', timeline: 1, drill: 'd1', at: new Date(0).toISOString(), systemId: '1', base: 'b', ranMs: 0 }],
        }),
    },
    history: { findNamed: () => Promise.resolve([]) },
    standbys: new Map([['website', { verify: () => Promise.resolve({ blobs: [digestOf(NAMED_NOW)], badBlobs: [] }) }]]),
    manifests: new Map([['website', WITH_BLOBS]]),
    minimumAgeSeconds: AGE_SECONDS,
    recorder: {
      append: async (entry: LedgerRequest) => {
        before('ledger');
        between();
        if (!ledger.some(({ key }) => key === entry.idempotencyKey))
          ledger.push({ key: entry.idempotencyKey, blobs: entry.body['blobs'] });
        between();
        return { sequence: ledger.length, sha256: digestOf(''), at: new Date(0).toISOString() };
      },
    },
    raise: () => Promise.resolve(),
    now: () => new Date(0),
  };
}

export const round = { id: 'c0123456789ab', compartment: 'website', isPreview: false, requestedBy: 'schedule' } as const;
const contentsOf = async (vault: Vault) => {
  const here: string[] = [];
  for (const content of ALL) if (vault.register.find({ compartment: 'website', sha256: digestOf(content) })) here.push(content);
  return here;
};

async function readWhole(vault: Vault, content: string): Promise<string> {
  const { stream } = await vault.holdings.open({ compartment: 'website', sha256: digestOf(content) });
  return Buffer.concat((await stream.toArray()) as Buffer[]).toString();
}

/** Adds all of it. */
export async function fill(vault: Vault): Promise<void> {
  for (const content of ALL) await vault.addBlob('website', digestOf(content), Readable.from([Buffer.from(content)]));
}

/** Opens what stands, looks whether it is as it must be, and carries rounds out until all is gone that may go. */
export async function goOnFrom(state: { directory: string; ledger: Told[] }, elapsedMs: number, name: string): Promise<void> {
  const { directory, ledger } = state;
  let nowMs = elapsedMs;
  const { vault, deps } = await openWorld(directory, ledger, () => nowMs);
  const here = await contentsOf(vault);
  for (const content of [NAMED_NOW, NAMED_BEFORE, ASKED_FOR])
    assert.equal(await readWhole(vault, content), content, `${name}: ${content} is whole`);
  const isGone = UNNAMED.some((content) => !here.includes(content));
  assert.ok(!isGone || ledger.length === 1, `${name}: what is gone was told`);
  // The same round is carried out again, and later ones follow.
  for (const id of ['cba9876543210', 'c000000000001', 'c000000000002']) {
    await carryOutCollection(deps, { ...round, id });
    nowMs += AGE_SECONDS * 2000;
    await vault.holdings.renewLease({ compartment: 'website', sha256: digestOf(ASKED_FOR) });
  }
  assert.deepEqual(await contentsOf(vault), [NAMED_NOW, NAMED_BEFORE, ASKED_FOR], name);
  assert.equal(vault.usageOf('website').usedBytes, 3 * 4096, `${name}: no room is lost`);
  assert.ok(ledger.length >= 1 && ledger.length <= 2, `${name}: ${ledger.length} entries`);
  assert.equal(await readWhole(vault, NAMED_BEFORE), NAMED_BEFORE);
  await vault.close();
}
