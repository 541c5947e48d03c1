import { readFile } from 'node:fs/promises';
import { type Estate, estateSchema } from '@bulkhead/contracts';
import type { Log } from '@bulkhead/kernel';
import { serveWire } from '@bulkhead/wire';
import { createFindingQueue } from '#finding/finding-queue.actions.ts';
import type { Config } from './config.ts';
import { prolongLocksForever } from './lock.jobs.ts';
import { scrubForever } from './scrub.jobs.ts';
import { VaultSecrets } from './secrets.actions.ts';
import { openTarget } from './target/open-target.actions.ts';
import { openVault } from './vault.actions.ts';
import { createVaultApp } from './vault.routes.ts';

const SCRUB_POSITION_MS = 5000;

/** Builds the vault process and serves it. */
export async function startVault(config: Readonly<Config>, log: Log): Promise<{ readonly close: () => Promise<void> }> {
  const now = () => new Date();
  const stopping = new AbortController();
  const findings = createFindingQueue({ peer: { socket: config.FINDINGS_SOCKET, secret: config.FINDINGS_SECRET }, now, log });
  const estate = estateSchema.parse(JSON.parse(await readFile(config.ESTATE_FILE, 'utf8')));
  const quotas = quotasOf(estate, Object.keys(config.SECRETS_JSON));
  const target = await openTarget({ settings: config.TARGET_JSON, directory: config.DIRECTORY, now });
  const vault = await openVault({
    directory: config.DIRECTORY,
    target,
    quotas,
    recipients: config.ESCROW_RECIPIENTS_JSON,
    now,
    elapsedMs: () => performance.now(),
    raise: findings.raise,
  });
  const app = createVaultApp({
    vault,
    secrets: await VaultSecrets.open(config.DIRECTORY, config.SECRETS_JSON),
    offsiteSecret: config.OFFSITE_SECRET,
    raise: findings.raise,
    log,
  });
  const server = await serveWire({ app, socket: config.SOCKET, mode: 0o666 });
  const scrubbing = scrubForever({
    vault,
    log,
    bytesPerSecond: config.SCRUB_BYTES_PER_SECOND,
    positionEveryMs: SCRUB_POSITION_MS,
    everySeconds: config.SCRUB_EVERY_SECONDS,
    signal: stopping.signal,
  });
  const { raise } = findings;
  const locking =
    target.locking && prolongLocksForever({ vault, locking: target.locking, now, raise, log, signal: stopping.signal });
  return {
    close: async () => {
      stopping.abort(new Error('stopping'));
      await server.close();
      await scrubbing;
      await locking;
      await vault.close();
      await findings.close();
    },
  };
}

/** A compartment whose manifest declares no blobs may store none. */
function quotasOf(estate: Estate, callers: readonly string[]): Record<string, number> {
  const declared = estate.compartments.map(({ manifest }) => [manifest.name, manifest.blobs?.quotaBytes ?? 0] as const);
  return { ...Object.fromEntries(callers.map((name) => [name, 0])), ...Object.fromEntries(declared) };
}
