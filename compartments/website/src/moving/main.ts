import { once } from 'node:events';
import { EstateError, readConfig } from '@bulkhead/kernel';
import { configSchema } from './config.ts';
import { readMoving } from './moving.actions.ts';

// Reads what another site exported, which is hostile input, and writes drafts as JSON, one a line. It is a process of its
// own without any secret: whoever starts it holds the session, and opens none of those files.

async function write(line: unknown): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain');
}

try {
  const config = readConfig(configSchema, process.env);
  const { moved, redirects, refused } = await readMoving(config);
  for (const each of moved) await write({ line: 'moved', ...each });
  for (const each of refused) await write({ line: 'refused', ...each });
  await write({ line: 'end', redirects });
} catch (error) {
  if (!(error instanceof EstateError)) throw error;
  await write({ line: 'failed', code: error.code, message: error.message });
  process.exitCode = 1;
}
