import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after } from 'node:test';
import { compiledModules, temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { estate, SECRET, type VaultPeer } from './booted-registry.ts';

const VAULT = new URL('../../../offsite/src/vault/main.ts', import.meta.url).pathname;

/** Starts the real vault as a process of its own. */
export async function startVault(): Promise<VaultPeer> {
  const directory = await temporaryDirectory();
  const estateFile = join(directory, 'estate.json');
  await writeFile(estateFile, JSON.stringify(estate));
  const socket = join(directory, 'vault.sock');
  const child = spawn(process.execPath, ['--disallow-code-generation-from-strings', VAULT], {
    env: {
      ...(await compiledModules()).environment,
      DIRECTORY: join(directory, 'vault'),
      SOCKET: socket,
      SECRETS_JSON: JSON.stringify({ gisis: SECRET }),
      OFFSITE_SECRET: `${SECRET} off-site`,
      ESTATE_FILE: estateFile,
      FINDINGS_SOCKET: join(directory, 'findings.sock'),
      FINDINGS_SECRET: SECRET,
      LOG_LEVEL: 'fatal',
      BULKHEAD_SUPERVISED: '1',
    },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit');
  after(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  await waitUntil(
    () => callWire({ socket, secret: SECRET }, { method: 'GET', path: '/health' }, z.object({ ok: z.literal(true) })),
    { what: 'the vault answers' },
  );
  return { socket, secret: SECRET };
}
