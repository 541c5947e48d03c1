import { EstateError, sleepMs } from '@bulkhead/kernel';
import type { RegistryMember } from '#sample/registry-member.ts';
import { MODULE, REGISTRY } from '../people/registry-staff.ts';
import { countLines } from '../registry-rows.store.ts';
import { newestFinding, scopeOfStrangers, untilFound } from './finding.ts';
import { changeOnTop, falseName, isFalse, ON_TOP, registrarsOf, stealOfficer } from './registry-thief.ts';
import type { Scenario } from './scenario.ts';
import { attempt } from './thief.ts';

const FROM = '127.0.0.67';
/** Whoever changes a record while the file is looked at keeps that row from being carried out: the thief sends it again. */
const TRIES = 40;
const BETWEEN_MS = 1500;
/** Honest requests for each altered record: every second facility is not altered, and worked on as much. */
const HONEST_FOR_EACH = 5;

/**
 * An officer's session is stolen, and sends one file through the registry's import: hundreds of port facilities are altered in one
 * transaction, fewer than half of those that stand, while everybody goes on working. The route may write thousands of rows; that it
 * alters so many which stood before is what the watch finds.
 */
export const importScenario: Scenario = {
  name: 'import',
  question: 'What did the file that was sent in our name change?',
  way: 'undo',
  isAttributable: true,
  compartment: REGISTRY,
  registrySize: (records) => {
    const attacked = records + ON_TOP;
    return { filed: attacked * 2 + ON_TOP, attacked, honest: attacked * HONEST_FOR_EACH };
  },
  attack: async (stage) => {
    const { now, mark, tell } = stage;
    const registrars = registrarsOf(stage);
    await registrars.untilStanding();
    const [begunAt, begunMs, newest] = [now(), performance.now(), await newestFinding(stage)];
    const thief = stealOfficer(stage, registrars, FROM);
    const { references } = registrars;
    const { requests, files } = await alterAll(thief, references, mark);
    tell(`${references.length} port facilities were altered in the session of one officer, by ${files} imported files`);
    const onTop = await changeOnTop(registrars);
    const again = async () => {
      const tried = await attempt('send the same file in the stolen session', () => send(thief, references, mark));
      thief.leave();
      return [tried, { what: 'a false name is public', succeeded: await isFalse(stage, references) }];
    };
    const details = { records: references.length, files };
    return { begunAt, begunMs, newest, requests, xids: [], rows: references.length, again, onTop, details };
  },
  find: async (stage, attack) => ({ ...(await untilFound(stage, attack)), scope: await scopeOfStrangers(stage) }),
  look: async ({ paths, mark }) => {
    const { attack, takenBack } = await countLines(paths, mark);
    return { linesOfAttack: attack, linesTakenBack: takenBack };
  },
};

/** Sends the file until nothing of it is refused: a record that changed while it was looked at is left out each time. */
async function alterAll(
  thief: RegistryMember,
  references: readonly string[],
  mark: string,
): Promise<{ readonly requests: readonly string[]; readonly files: number }> {
  const requests: string[] = [];
  for (let files = 1; files <= TRIES; files += 1) {
    const { counts, requests: carried } = await send(thief, references, mark);
    requests.push(...carried);
    if (counts.refused === 0) return { requests, files };
    await sleepMs(BETWEEN_MS);
  }
  throw new EstateError('wire.refused', `altering ${references.length} facilities by a file: some were refused each time`);
}

function send(thief: RegistryMember, references: readonly string[], mark: string): ReturnType<RegistryMember['importFile']> {
  const rows = references.map((reference) => `${reference},"${falseName(mark, reference)}",no,`);
  const content = ['facility_number,name,plan_approved,compliance_until', ...rows, ''].join('\n');
  const bytes = new Uint8Array(Buffer.from(content));
  return thief.importFile({ module: MODULE, name: 'facilities.csv', content: bytes, source: mark });
}
