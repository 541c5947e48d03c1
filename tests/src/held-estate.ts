import { after, before } from 'node:test';
import { type EstateProcess, startEstateProcess } from '@bulkhead/testkit';

/**
 * Starts an estate before the file's tests and removes it after them: each start costs as much as many tests, so that
 * suites share one. It may be stopped and started again by any of them.
 * @param settings of the environment; a function where they must be found first, such as a free port
 */
export function holdEstate(
  settings: Readonly<Record<string, string>> | (() => Promise<Readonly<Record<string, string>>>) = {},
): EstateProcess {
  let started: EstateProcess | undefined;
  before(async () => {
    started = await startEstateProcess(typeof settings === 'function' ? await settings() : settings);
  });
  after(() => started?.remove());
  const now = (): EstateProcess => {
    if (started === undefined) throw new Error('the estate has not started');
    return started;
  };
  return {
    get description() {
      return now().description;
    },
    get child() {
      return now().child;
    },
    get environment() {
      return now().environment;
    },
    run: (...words) => now().run(...words),
    startAgain: async () => {
      started = await now().startAgain();
      return started;
    },
    startSite: (site) => now().startSite(site),
    stop: () => now().stop(),
    remove: () => now().remove(),
  };
}
