import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { DrillDeps } from '#drill/drill.actions.ts';
import { DAY_MS } from '#drill/drill.rules.ts';
import { createDrillStore } from '#drill/drill.store.ts';
import type { Schema } from '#schema.ts';
import { type FindingDeps, raiseFinding } from '#watch/finding.actions.ts';
import type { RecoverySetting } from './app.ts';
import type { RecoveryDeps } from './recovery-step.actions.ts';

/** What restores every compartment on a schedule, and throws it away. */
export function composeDrill(
  { estate }: RecoverySetting,
  { db, recovery, finding }: { readonly db: Kysely<Schema>; readonly recovery: RecoveryDeps; readonly finding: FindingDeps },
): DrillDeps {
  return {
    ...recovery,
    drills: createDrillStore(db),
    isRecovering: async () => (await recovery.recoveries.listRunning()).length > 0,
    organisation: estate.organisation,
    everyMs: estate.drillEveryMs ?? DAY_MS,
    raise: async (report) => {
      await raiseFinding(finding, report, 'drill');
    },
    toldLate: new Map(),
    newId: () => `d${randomBytes(6).toString('hex')}`,
    newSeed: () => randomBytes(4).readUInt32BE(),
  };
}
