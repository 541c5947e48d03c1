import { readFile } from 'node:fs/promises';
import { EstateError } from '@bulkhead/kernel';
import { generateIdentity } from 'age-encryption';
import { writeDurably } from '#archive/files.actions.ts';

/**
 * Reads the identity that opens the archive's keys; makes one where none stands. A new one opens nothing that stands:
 * the archive then says so, and waits for the old one.
 * @throws EstateError `config.invalid`
 */
export async function readIdentity(path: string, isReadOnly: boolean): Promise<string> {
  const found = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' && !isReadOnly) return undefined;
    throw new EstateError('config.invalid', `reading the identity ${path}`, { cause });
  });
  if (found !== undefined) return found;
  const made = `${await generateIdentity()}\n`;
  await writeDurably(path, made);
  return made;
}
