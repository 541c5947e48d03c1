import { readFile } from 'node:fs/promises';
import { EstateError } from '@bulkhead/kernel';

/** A Unix user and group that a process runs under, and that its files belong to. */
export type Owner = { readonly uid: number; readonly gid: number };

/** Linux capabilities (linux/capability.h) without which root cannot give processes uids of their own. */
const NEEDED = { CAP_CHOWN: 0, CAP_DAC_OVERRIDE: 1, CAP_KILL: 5, CAP_SETGID: 6, CAP_SETUID: 7 } as const;

/** True for root: only root can run each process under a uid of its own. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Checks that this root can do what root usually can: some containers take that away.
 * @throws EstateError `config.invalid`
 */
export async function requireRootPowers(): Promise<void> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => undefined);
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status ?? '')?.[1];
  if (effective === undefined) return;
  const powers = BigInt(`0x${effective}`);
  const missing = Object.entries(NEEDED).filter(([, bit]) => ((powers >> BigInt(bit)) & 1n) === 0n);
  if (missing.length === 0) return;
  throw new EstateError(
    'config.invalid',
    `starting as root without ${missing.map(([name]) => name).join(', ')}: give the container these capabilities, or start as an ordinary user`,
  );
}
