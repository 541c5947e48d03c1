import { readFile } from 'node:fs/promises';
import { signingKeySchema, trustSchema } from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import { serveWire } from '@bulkhead/wire';
import { createFindingQueue } from '#finding/finding-queue.actions.ts';
import type { Config } from './config.ts';
import { type Ledger, openLedger } from './ledger.actions.ts';
import { createLedgerApp } from './ledger.routes.ts';

/** Builds the ledger process and serves it; resolves when the chain has been verified, whether it holds or not. */
export async function startLedger(
  config: Readonly<Config>,
  log: Log,
): Promise<{ readonly ledger: Ledger; readonly close: () => Promise<void> }> {
  const now = () => new Date();
  const signingKey = signingKeySchema.parse(JSON.parse(await readFile(config.SIGNING_KEY_FILE, 'utf8')));
  const { ledgerKeys } = trustSchema.parse(JSON.parse(await readFile(config.TRUST_FILE, 'utf8')));
  if (!ledgerKeys.some(({ keyId }) => keyId === signingKey.keyId))
    throw new EstateError('config.invalid', `starting the ledger: ${signingKey.keyId} is not among the ledgerKeys of TRUST_FILE`);
  const findings = createFindingQueue({ peer: { socket: config.FINDINGS_SOCKET, secret: config.FINDINGS_SECRET }, now, log });
  const { promise: ready, resolve } = Promise.withResolvers<Ledger>();
  const app = createLedgerApp({ ready, secrets: config.SECRETS_JSON, log });
  // The socket before the files: while another ledger process answers on it, this one must not touch them.
  const server = await serveWire({ app, socket: config.SOCKET, mode: 0o660 });
  const ledger = await openLedger({ directory: config.DIRECTORY, signingKey, keys: ledgerKeys, now, log, raise: findings.raise });
  resolve(ledger);
  return {
    ledger,
    close: async () => {
      await server.close();
      await Promise.all([ledger.close(), findings.close()]);
    },
  };
}
