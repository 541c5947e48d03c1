import { EstateError, hasCode, sleepMs } from '@bulkhead/kernel';
import { OVERTAKEN, type RegistryMember } from '#sample/registry-member.ts';
import { pathOf, REGISTRY, readTyped } from '../people/registry-staff.ts';
import { countLines } from '../registry-rows.store.ts';
import { newestFinding, scopeOfStrangers, untilFound } from './finding.ts';
import { changeOnTop, falseName, isFalse, registrarsOf, stealOfficer } from './registry-thief.ts';
import { HONEST_FOR_EACH, type Scenario } from './scenario.ts';
import { attempt } from './thief.ts';

const FROM = '127.0.0.66';
const THROTTLED_MS = 250;
const TRIES = 400;

/**
 * An officer's session is stolen. From another address it alters the name and the statement of compliance of thousands of port
 * facilities, one request each, while the officer, other officers and the Secretariat go on changing the same records. Each altered
 * record comes back cell by cell; the history keeps what was said, and says what was taken back.
 */
export const officer: Scenario = {
  name: 'officer',
  question: 'Which entries of the registry are false?',
  way: 'undo',
  isAttributable: true,
  compartment: REGISTRY,
  registrySize: (records) => ({ filed: records, attacked: records, honest: records * HONEST_FOR_EACH }),
  attack: async (stage) => {
    const { now, mark, tell } = stage;
    const registrars = registrarsOf(stage);
    await registrars.untilStanding();
    const [begunAt, begunMs, newest] = [now(), performance.now(), await newestFinding(stage)];
    const thief = stealOfficer(stage, registrars, FROM);
    const { references } = registrars;
    const altered = new Map<string, { readonly revision: number; readonly requestId: string }>();
    for (const reference of references) altered.set(reference, await alter(thief, reference, mark));
    tell(`${altered.size} port facilities were altered in the session of one officer, one request each`);
    const onTop = await changeOnTop(registrars);
    const again = async () => {
      const tried = await attempt('alter a facility in the stolen session', () => alter(thief, references[0] ?? '', mark));
      thief.leave();
      return [tried, { what: 'a false name is public', succeeded: await isFalse(stage, references) }];
    };
    return {
      begunAt,
      begunMs,
      newest,
      requests: [...altered.values()].map(({ requestId }) => requestId),
      xids: [],
      rows: altered.size,
      again,
      onTop: onTop.filter(
        ({ intent, version }) => version.number > (altered.get(intent.slug)?.revision ?? Number.POSITIVE_INFINITY),
      ),
      details: { records: references.length },
    };
  },
  find: async (stage, attack) => ({ ...(await untilFound(stage, attack)), scope: await scopeOfStrangers(stage) }),
  look: async ({ paths, mark }) => {
    const { attack, takenBack } = await countLines(paths, mark);
    return { linesOfAttack: attack, linesTakenBack: takenBack };
  },
};

/** Reads a record, and sends its form with another name and no statement of compliance. */
async function alter(
  thief: RegistryMember,
  reference: string,
  mark: string,
): Promise<{ readonly revision: number; readonly requestId: string }> {
  const path = pathOf(reference);
  for (let left = TRIES; ; left -= 1) {
    try {
      const { revision, fields } = await readTyped(thief, reference);
      const { compliance_until: _, ...kept } = fields;
      const requestId = await thief.change(path, revision, {
        ...kept,
        name: falseName(mark, reference),
        plan_approved: 'no',
        source: mark,
      });
      return { revision: revision + 1, requestId };
    } catch (error) {
      const isTriedAgain =
        error instanceof EstateError && hasCode(error, 'wire.refused') && /status (?:429|409)/.test(error.message);
      if (!isTriedAgain || left === 0) throw error;
      if (!error.message.includes(`status ${OVERTAKEN}`)) await sleepMs(THROTTLED_MS);
    }
  }
}
