import { readdir } from 'node:fs/promises';
import { EstateError } from '@bulkhead/kernel';

/** @throws EstateError `input.invalid` for a directory that holds something */
export async function requireEmpty(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new EstateError('input.invalid', `exporting to ${directory}: it cannot be read as a directory`, { cause: error });
  });
  if (names.length > 0)
    throw new EstateError(
      'input.invalid',
      `exporting to ${directory}: it holds something; name an empty directory, or a new one`,
    );
}
