import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type OperatorCommand,
  PURPOSES,
  retainedSchema,
  type Signed,
  type SigningKey,
  signingKeySchema,
  signMessage,
} from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

/** What the desk answers to a command. */
const answerSchema = z.object({
  /** The number under which an earlier edition is shown again. */
  edition: z.number().int().optional(),
  epoch: z.number().int().optional(),
  recovery: z.string().optional(),
  retained: retainedSchema.optional(),
  drill: z.string().optional(),
  collection: z.string().optional(),
  quarantine: z.string().optional(),
  request: z.string().optional(),
  /** Headquarters knows no position: that is off-site's. */
  seal: z.looseObject({ lsn: z.string().optional(), tookMs: z.number().optional() }).optional(),
});
export type DeskAnswer = z.infer<typeof answerSchema>;

/**
 * Loads an operator's key: a file's path, or the name of one in the estate's operators directory.
 * @throws EstateError `operator.unknown`, telling which there are
 */
export async function loadOperatorKey(directory: string, name: string): Promise<SigningKey> {
  const file = name.includes('/') ? name : join(directory, `${name}.json`);
  try {
    return signingKeySchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    const there = await readdir(directory).catch(() => []);
    const names = there.filter((entry) => entry.endsWith('.json')).map((entry) => entry.slice(0, -5));
    const known = names.length > 0 ? `; there are ${names.join(' and ')}` : '';
    throw new EstateError('operator.unknown', `loading the operator's key from ${file}${known}, or give a key file's path`, {
      cause,
    });
  }
}

/** Signs a command with an operator's key; the nonce makes it good for one use. */
export function signCommand(key: SigningKey, command: OperatorCommand, now: Now): Signed {
  return signMessage(key, PURPOSES.command, {
    command,
    nonce: randomBytes(18).toString('base64url'),
    issuedAt: now().toISOString(),
  });
}

/** Hands a signed command to the desk (or, to seal while off-site is away, to headquarters' supervisor). */
export function sendCommand(peer: WirePeer, command: Signed, timeoutMs = 30_000): Promise<DeskAnswer> {
  return callWire(peer, { method: 'POST', path: '/commands', body: command, timeoutMs }, answerSchema);
}
