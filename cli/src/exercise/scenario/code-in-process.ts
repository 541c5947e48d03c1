import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EMPTY_SCOPE } from '@bulkhead/contracts';
import { EstateError, sleepMs } from '@bulkhead/kernel';
import { filesOf } from '#estate/paths.ts';
import { readMarked } from '../attack.store.ts';
import { RIDE_FILE } from '../implant/implant.ts';
import { newestFinding, searchText, untilFound } from './finding.ts';
import type { Scenario, Stage } from './scenario.ts';

const RIDES = 10;
const RIDDEN_LIMIT_MS = 180_000;
const OBSERVED_MS = 3000;

/**
 * A module in the website's process writes while honest requests are under way, in their transactions and under their
 * tokens. Nothing tells its writes from theirs: the window is listed, and a person decides which transactions go.
 */
export const codeInProcess: Scenario = {
  name: 'code-in-process',
  question: 'Was malicious code running inside the systems?',
  way: 'undo',
  isAttributable: false,
  patch: 'clean',
  attack: async (stage) => {
    const { now, paths, mark, tell } = stage;
    const [begunAt, begunMs, newest] = [now(), performance.now(), await newestFinding(stage)];
    await writeFile(rideFile(stage), JSON.stringify(listRides(stage, mark)), { mode: 0o644 });
    // Somebody submits a draft: a request whose route may write no texts, and is ridden all the same.
    const [editor = ''] = stage.people.staff.editors;
    await stage.people.atWork.act(editor, { kind: 'submit', slug: stage.boards.at(-1) ?? '' });
    const rows = await untilRidden(stage);
    tell(`${rows} rows were changed by code that rode ${RIDES} honest requests`);
    const again = async () => {
      // The list of what to ride with still lies there: honest people work, and nothing rides along.
      const before = await readMarked(paths, mark);
      await writeFile(rideFile(stage), JSON.stringify(listRides(stage, `${mark}-again`)), { mode: 0o644 });
      await sleepMs(OBSERVED_MS);
      const after = await readMarked(paths, mark);
      await rm(rideFile(stage), { force: true });
      return [{ what: 'ride honest requests', succeeded: after > before }];
    };
    return { begunAt, begunMs, newest, requests: [], xids: [], rows, again, details: { rides: RIDES } };
  },
  find: async (stage, attack) => {
    const found = await untilFound(stage, attack);
    const marked = await searchText(stage, stage.mark);
    stage.tell(`a person narrows the window to ${marked.length} transactions that changed rows they had no reason to`);
    const transactions = marked.map(({ timeline, commitLsn }) => ({ timeline, commitLsn }));
    return { ...found, scope: { ...EMPTY_SCOPE, transactions } };
  },
};

/** Each changes rows of articles that the request it rides is not about: some of the sample, and a notice board. */
function listRides({ people, boards }: Stage, mark: string): string[] {
  return Array.from({ length: RIDES }, (_, at) => {
    const board = people.staff.where(boards[at % 3] ?? '')?.id ?? 0;
    return `update article_text set summary = left(summary, 300) || ' ${mark}' where language = 'en' and (article_id = ${board} or (article_id % ${RIDES} = ${at} and article_id <= (select min(id) + 8 from article)))`;
  });
}

function rideFile({ paths }: Stage): string {
  return join(filesOf(paths).headquarters.directory, 'public', RIDE_FILE);
}

async function untilRidden({ paths, mark }: Stage): Promise<number> {
  const deadline = performance.now() + RIDDEN_LIMIT_MS;
  let [rows, seen] = [0, 0];
  while (seen < 20) {
    await sleepMs(100);
    const marked = await readMarked(paths, mark);
    seen = marked > 0 && marked === rows ? seen + 1 : 0;
    rows = marked;
    if (performance.now() > deadline) throw new EstateError('process.unhealthy', 'waiting for honest requests to be ridden');
  }
  return rows;
}
