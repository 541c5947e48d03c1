import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { CollectionDeps } from '#collection/collection.actions.ts';
import { createCollectionStore } from '#collection/collection.store.ts';
import { DAY_MS } from '#drill/drill.rules.ts';
import type { ArchivePeer } from '#peer/archive.actions.ts';
import type { Schema } from '#schema.ts';
import { type FindingDeps, raiseFinding } from '#watch/finding.actions.ts';
import type { RecoverySetting } from './app.ts';
import type { RecoveryDeps } from './recovery-step.actions.ts';

const EVERY_MS = 7 * DAY_MS;
const AFTER_SECONDS = 30 * 86_400;

/** What orders the vault to take away contents that nothing kept names. */
export function composeCollection(
  { estate }: RecoverySetting,
  parts: {
    readonly db: Kysely<Schema>;
    readonly recovery: RecoveryDeps;
    readonly archive: ArchivePeer;
    readonly finding: FindingDeps;
    readonly mustWait: () => Promise<boolean>;
  },
): CollectionDeps {
  const { db, recovery, archive, finding, mustWait } = parts;
  return {
    ...recovery,
    collections: createCollectionStore(db),
    archive,
    everyMs: estate.collectEveryMs ?? EVERY_MS,
    minimumAgeSeconds: estate.collectAfterSeconds ?? AFTER_SECONDS,
    mustWait,
    raise: async (report) => {
      await raiseFinding(finding, report, 'collection');
    },
    newId: () => `c${randomBytes(6).toString('hex')}`,
  };
}
