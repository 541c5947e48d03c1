import { EMPTY_SCOPE } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import { strikeDirectly, takePassword, tryPassword } from '../attack.store.ts';
import { newestFinding, searchText, untilFound } from './finding.ts';
import type { Scenario } from './scenario.ts';

const SETTLED_MS = 500;

/** The password of the application's role is used on the database socket, past the door: writes without a token. */
export const insider: Scenario = {
  name: 'insider',
  question: 'Did somebody inside change the records directly?',
  way: 'undo',
  isAttributable: true,
  attack: async (stage) => {
    const { now, paths, mark, running, tell } = stage;
    const [begunAt, begunMs, newest] = [now(), performance.now(), await newestFinding(stage)];
    const password = await takePassword(running);
    const { rows, xids } = await strikeDirectly(paths, password, mark);
    tell(`${rows} rows changed, deleted and added with the password of the application's role`);
    const again = async () => [
      { what: 'sign in at the database with the old password', succeeded: await tryPassword(paths, password) },
    ];
    return { begunAt, begunMs, newest, requests: [], xids, rows, again, details: {} };
  },
  find: async (stage, attack) => {
    const found = await untilFound(stage, attack);
    await searchText(stage, stage.mark);
    await sleepMs(SETTLED_MS);
    return { ...found, scope: { ...EMPTY_SCOPE, untagged: true, fromAt: attack.begunAt.toISOString() } };
  },
};
