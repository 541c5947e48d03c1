import { originUrl } from '@bulkhead/contracts';
import { EstateError, hasCode, sleepMs } from '@bulkhead/kernel';
import { OVERTAKEN, RegistryMember } from '#sample/registry-member.ts';
import type { HonestRequest } from '../people/people.ts';
import type { Registrars } from '../people/registrars.ts';
import { pathOf, REGISTRY, readTyped, VICTIM } from '../people/registry-staff.ts';
import { countLines } from '../registry-rows.store.ts';
import { newestFinding, scopeOfStrangers, untilFound } from './finding.ts';
import type { Scenario, Stage } from './scenario.ts';
import { attempt } from './thief.ts';

const FROM = '127.0.0.66';
const THROTTLED_MS = 250;
const TRIES = 400;
/** Honest changes of the very cells that the attack wrote: they stay, and a person is told of each. */
const ON_TOP = 20;

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
  attack: async (stage) => {
    const { now, mark, tell } = stage;
    const registrars = registrarsOf(stage);
    const [begunAt, begunMs, newest] = [now(), performance.now(), await newestFinding(stage)];
    const thief = stealSession(stage, registrars);
    const { references } = registrars;
    const altered = new Map<string, { readonly revision: number; readonly requestId: string }>();
    for (const reference of references) altered.set(reference, await alter(thief, reference, mark));
    tell(`${altered.size} port facilities were altered in the session of one officer, one request each`);
    const onTop = await changeOnTop(registrars, references);
    const again = async () => [
      await attempt('alter a facility in the stolen session', () => alter(thief, references[0] ?? '', mark)),
      { what: 'a false name is public', succeeded: await isFalse(stage, thief, references, mark) },
    ];
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

function registrarsOf({ registrars }: Stage): Registrars {
  if (registrars) return registrars;
  throw new EstateError('config.invalid', 'attacking the registry: nobody keeps it in this exercise');
}

function stealSession({ running, accounts, certificates, now }: Stage, { staff }: Registrars): RegistryMember {
  const account = accounts.find(({ email }) => email === VICTIM);
  if (!account) throw new EstateError('config.invalid', `looking for the sample account ${VICTIM}`);
  const origin = originUrl(running.estate, REGISTRY);
  const { cookies } = staff.member(VICTIM);
  return new RegistryMember({ origin, address: running.estate.listenAddress, account, now, certificates, from: FROM, cookies });
}

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
        name: `Closed (${mark} ${reference})`,
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

/** Keepers give some facilities a new name: honest work on top of what the attack wrote. */
async function changeOnTop(registrars: Registrars, references: readonly string[]): Promise<HonestRequest[]> {
  const done: HonestRequest[] = [];
  for (const [at, slug] of references.slice(0, ON_TOP).entries()) {
    const request = await registrars.act(registrars.keeperOf(at), {
      kind: 'change',
      slug,
      fields: { name: `Renamed terminal ${at + 1}` },
    });
    if (request) done.push(request);
  }
  return done;
}

/** Whether the public reads a false name in any record that nobody renamed. */
async function isFalse(
  { running, certificates, accounts, now }: Stage,
  thief: RegistryMember,
  references: readonly string[],
  mark: string,
): Promise<boolean> {
  thief.leave();
  const [account] = accounts;
  if (!account) return true;
  const origin = originUrl(running.estate, REGISTRY);
  const stranger = new RegistryMember({ origin, address: running.estate.listenAddress, account, now, certificates });
  try {
    for (const reference of [references[ON_TOP], references.at(-1)]) {
      const { fields } = await stranger.readRecord(pathOf(reference ?? ''));
      if (fields['name']?.includes(mark)) return true;
    }
    return false;
  } finally {
    stranger.leave();
  }
}
