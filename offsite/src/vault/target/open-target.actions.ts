import { readFile } from 'node:fs/promises';
import type { S3Settings, VaultTargetSettings } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import { z } from 'zod';
import { openDiskTarget } from './disk.actions.ts';
import type { VaultTarget } from './target.rules.ts';

const credentialsSchema = z.strictObject({
  accessKeyId: z.string().min(1).max(200),
  secretAccessKey: z.string().min(1).max(200),
  sessionToken: z.string().max(4000).optional(),
});

/**
 * Opens the target that is configured. What S3 needs is loaded only for S3.
 * @throws EstateError `config.invalid`, `vault.target_failed`
 */
export async function openTarget(options: {
  readonly settings: VaultTargetSettings;
  readonly directory: string;
  readonly now: Now;
}): Promise<VaultTarget> {
  const { settings, directory, now } = options;
  if (settings.kind === 'disk') return openDiskTarget(directory);
  const credentials = await readCredentials(settings);
  const { openS3Target } = await import('./s3.actions.ts');
  return openS3Target({ settings, credentials, now });
}

/** What stands in the file is told to nobody, also not when it is wrong. */
async function readCredentials({ credentialsFile }: S3Settings): Promise<z.infer<typeof credentialsSchema>> {
  const text = await readFile(credentialsFile, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new EstateError('config.invalid', `reading vaultTarget.credentialsFile ${credentialsFile}: ${code}`);
  });
  const parsed = credentialsSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new EstateError(
    'config.invalid',
    `reading vaultTarget.credentialsFile ${credentialsFile}: must be JSON: {"accessKeyId": "…", "secretAccessKey": "…"}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
