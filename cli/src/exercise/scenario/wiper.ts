import { EMPTY_SCOPE } from '@bulkhead/contracts';
import { untilSealed } from '../recovering.ts';
import { attackOffsite, wipe } from '../wiper.ts';
import { newestFinding, untilFound } from './finding.ts';
import { COMPARTMENT, type Scenario } from './scenario.ts';

const SEAL_BY_RULE_MS = 3000;

/**
 * The processes of a compartment are killed and its database and blobs deleted; then everything that headquarters'
 * users hold is used to alter or delete what is off-site. Who holds a machine can do the same to it again: what must
 * not work is what is tried against off-site.
 */
export const wiper: Scenario = {
  name: 'wiper',
  question: 'Is the data lost, and are the backups?',
  way: 'restore',
  isAttributable: true,
  attack: async (stage) => {
    const [begunAt, begunMs, newest] = [stage.now(), performance.now(), await newestFinding(stage)];
    await wipe(stage);
    const details: Record<string, unknown> = {};
    // Tried once, while it is sealed: off-site goes on with its own work afterwards.
    const again = async () => [{ what: 'alter what is off-site', succeeded: isAltered(details) }];
    return { begunAt, begunMs, newest, requests: [], xids: [], rows: 0, again, details };
  },
  find: async (stage, attack) => {
    const found = await untilFound(stage, attack);
    const seal = await untilSealed(stage, SEAL_BY_RULE_MS, 'exercise: its storage is gone');
    const { attempts, altered } = await attackOffsite(stage);
    const succeeded = attempts.filter(({ refused }) => !refused).map(({ what }) => what);
    const { compartments } = await stage.desk.state();
    const isArchiveSilent = compartments.some(({ name, flushedLsn }) => name === COMPARTMENT && flushedLsn === seal.lsn);
    Object.assign(attack.details, { attempts: attempts.length, succeeded, altered, isArchiveSilent });
    stage.tell(
      `${attempts.length} attempts against off-site with what headquarters holds: ${attempts.length - succeeded.length} refused, ${altered.length} files altered`,
    );
    return { ...found, scope: EMPTY_SCOPE };
  },
};

function isAltered({ succeeded, altered, isArchiveSilent }: Readonly<Record<string, unknown>>): boolean {
  const isSome = (list: unknown) => !Array.isArray(list) || list.length > 0;
  return isSome(succeeded) || isSome(altered) || isArchiveSilent !== true;
}
