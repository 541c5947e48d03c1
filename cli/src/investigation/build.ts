import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Build } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { digestBuild } from '@bulkhead/supervision';

/**
 * Describes a build of a compartment: its directory, and the digest over its files that headquarters checks.
 * @throws EstateError `input.invalid` when there is none
 */
export async function describeBuild(given: string): Promise<Build> {
  const directory = resolve(given);
  const entry = await stat(join(directory, 'src', 'main.ts')).catch(() => undefined);
  if (!entry?.isFile())
    throw new EstateError(
      'input.invalid',
      `reading --build ${given}: ${join(directory, 'src/main.ts')} does not exist; give a compartment's directory, for example --build /srv/website-2`,
    );
  return { directory, sha256: await digestBuild(directory) };
}
