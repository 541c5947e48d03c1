import { EMPTY_SCOPE } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import { countLeftBehind, strikeAsAdministrator, tryBackDoor } from '../attack.store.ts';
import { readSuperuser } from '../rows.store.ts';
import { newestFinding, searchText, untilFound } from './finding.ts';
import { COMPARTMENT, type Scenario } from './scenario.ts';

const SETTLED_MS = 500;

/**
 * The password of the database's superuser is used: a role, a routine and a trigger are left behind to come back by, an index
 * is dropped, and rows are rewritten. A catalog that an attacker could write never goes live again: a copy from before it is
 * restored, and what everybody else did since is done again in it.
 */
export const administrator: Scenario = {
  name: 'administrator',
  question: 'Did the attackers leave a way back in?',
  way: 'redo',
  isAttributable: true,
  attack: async (stage) => {
    const { now, paths, mark, tell } = stage;
    const [begunAt, begunMs, newest] = [now(), performance.now(), await newestFinding(stage)];
    const password = await readSuperuser(paths, COMPARTMENT);
    const articles = stage.boards.slice(0, 3).flatMap((slug) => stage.people.staff.where(slug)?.id ?? []);
    const { rows, xids } = await strikeAsAdministrator(paths, password, { mark, articles });
    const left = await countLeftBehind(paths);
    tell(`with the superuser's password ${left} things were changed in the catalog, and ${rows} rows`);
    const again = async () => {
      const { role, taken } = await tryBackDoor(paths, password);
      return [
        { what: 'sign in at the database as the role that was left behind', succeeded: role },
        { what: "sign in at the database with the superuser's old password", succeeded: taken },
        { what: 'find in the catalog what was left there', succeeded: (await countLeftBehind(paths)) > 0 },
      ];
    };
    return { begunAt, begunMs, newest, requests: [], xids, rows, again, details: { catalog: left } };
  },
  find: async (stage, attack) => {
    const found = await untilFound(stage, attack);
    await searchText(stage, stage.mark);
    await sleepMs(SETTLED_MS);
    return { ...found, scope: { ...EMPTY_SCOPE, untagged: true, fromAt: attack.begunAt.toISOString() } };
  },
};
