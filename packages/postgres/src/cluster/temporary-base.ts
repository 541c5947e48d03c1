import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';

const LONGEST = 40;

/** The directory for temporary files, if its path leaves room for a socket's name and other uids can pass it; else `/tmp`. */
export async function temporaryBase(): Promise<string> {
  const base = tmpdir();
  const isUsable = base.length <= LONGEST && ((await stat(base)).mode & 0o001) !== 0;
  return isUsable ? base : '/tmp';
}
