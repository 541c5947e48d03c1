import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EMPTY_SCOPE } from '@bulkhead/contracts';
import { EstateError, sleepMs } from '@bulkhead/kernel';
import { filesOf } from '#estate/paths.ts';
import { defaceBooks, readLibrary, readPosition, takeLogin, tryLogin } from '../library.store.ts';
import { wipe } from '../wiper.ts';
import { newestFinding, untilFound } from './finding.ts';
import { LIBRARY, type Scenario, type Stage } from './scenario.ts';

const FROZEN_LIMIT_MS = 300_000;
const FROZEN_POLL_MS = 200;
const LEFT_FILE = 'left-behind.js';

/**
 * An application that knows nothing of Bulkhead, kept at level L1: a script is written into its rows with the password that its
 * process holds, a file is left in its directory, and then it is wiped. A restore brings back every row as it stood at the seal:
 * what the attack had written before that, too, since its writes carry no provenance. The window is listed instead.
 */
export const adopted: Scenario = {
  name: 'adopted',
  question: 'What of an application that is not ours?',
  way: 'restore',
  isAttributable: false,
  compartment: LIBRARY,
  attack: async (stage) => {
    const { now, paths, mark, running, tell } = stage;
    await untilFrozen(stage);
    const [begunAt, begunMs, newest] = [now(), performance.now(), await newestFinding(stage)];
    const login = await takeLogin(running);
    const rows = await defaceBooks(paths, login, mark);
    const leftFile = join(filesOf(paths).headquarters.directory, LIBRARY, 'blobs', LEFT_FILE);
    await writeFile(leftFile, '// Simulated: a file that an attacker left.\n');
    tell(`${rows} books were defaced with the password that the application's process holds`);
    const before = await readLibrary(paths);
    await untilReceived(stage);
    await wipe(stage);
    const again = async () => [
      { what: 'sign in at the database with the old password', succeeded: await tryLogin(paths, login) },
      { what: 'find the file that was left', succeeded: existsSync(leftFile) },
    ];
    return { begunAt, begunMs, newest, requests: [], xids: [], rows, again, details: { rowsBefore: before.size }, before };
  },
  find: async (stage, attack) => ({ ...(await untilFound(stage, attack)), scope: EMPTY_SCOPE }),
};

/** What off-site has received is what a restore brings back: an administrator's writes do not wait for it. */
async function untilReceived({ desk, paths, compartment }: Stage): Promise<void> {
  const written = parseLsn(await readPosition(paths));
  await desk.until('off-site to have what was written', ({ compartments }) =>
    compartments.some(({ name, flushedLsn }) => name === compartment && flushedLsn !== null && parseLsn(flushedLsn) >= written),
  );
}

function parseLsn(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/** Its public pages are copied by a crawl: whoever comes while it is closed reads those. */
async function untilFrozen({ paths }: Stage): Promise<void> {
  const copy = join(filesOf(paths).headquarters.directory, 'gateway/editions', LIBRARY, 'manifest.json');
  const deadline = performance.now() + FROZEN_LIMIT_MS;
  while (!existsSync(copy)) {
    if (performance.now() > deadline)
      throw new EstateError('edition.invalid', `waiting for the pages of ${LIBRARY} to be frozen: ${copy} is not there`);
    await sleepMs(FROZEN_POLL_MS);
  }
}
