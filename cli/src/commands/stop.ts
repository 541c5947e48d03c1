import { EstateError, sleepMs } from '@bulkhead/kernel';
import { isSameProcess, type ProcessIdentity } from '@bulkhead/supervision';
import { listRuns } from '#estate/run.ts';
import { type Command, EXIT, JSON_OPTION } from '../command.ts';

const LONGEST_STOP_MS = 60_000;

export const command: Command = {
  summary: 'Stop the running estate; all data stays.',
  words: '',
  count: [0, 0],
  options: { json: JSON_OPTION },
  details: `
Headquarters stops first, then off-site, so that every write under way is confirmed off-site.
The command returns when all is stopped. It is no error if nothing runs.`,
  run: async ({ options }, { paths, print }) => {
    const keepers = (await listRuns(paths)).map(({ keeper }) => keeper);
    for (const keeper of keepers) if (isSameProcess(keeper)) await stop(keeper);
    print(
      options['json']
        ? JSON.stringify({ stopped: keepers.length > 0 })
        : keepers.length > 0
          ? 'Stopped.'
          : `Nothing was running in ${paths.data}.`,
    );
    return EXIT.done;
  },
};

async function stop(keeper: ProcessIdentity): Promise<void> {
  const deadline = performance.now() + LONGEST_STOP_MS;
  process.kill(keeper.pid, 'SIGTERM');
  while (isSameProcess(keeper)) {
    if (performance.now() > deadline)
      throw new EstateError('process.unhealthy', `stopping the estate: it still runs after ${LONGEST_STOP_MS / 1000} s`);
    await sleepMs(100);
  }
}
