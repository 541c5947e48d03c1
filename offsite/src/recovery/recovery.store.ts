import {
  type Hole,
  holeSchema,
  type Image,
  imageSchema,
  type LedgerRequest,
  type Recovery,
  type RecoveryDiff,
  type RecoveryStep,
  type RepairReport,
  type ResolvedTarget,
  recoveryDiffSchema,
  recoverySchema,
  repairReportSchema,
  resolvedTargetSchema,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { violatedConstraint } from '@bulkhead/postgres/query-error';
import type { Kysely, Selectable, Updateable } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import { type AskedRepair, type Attack, askedRepairSchema, attackSchema } from './attack.rules.ts';
import type { Waiver } from './hole.rules.ts';
import { type FindingsOfCopy, findingsOfCopySchema, type Quarantine, quarantineSchema } from './recovery.rules.ts';

/** A recovery with all that its steps hand to each other. */
export type RecoveryRecord = {
  readonly id: string;
  readonly compartment: string;
  readonly kind: Recovery['kind'];
  readonly requestedBy: string;
  readonly reason: string;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly step: Recovery['step'];
  readonly failure: string | null;
  readonly epoch: number | null;
  readonly quarantine: Quarantine | null;
  readonly copy: FindingsOfCopy | null;
  readonly diff: RecoveryDiff | null;
  readonly digest: string | null;
  readonly awaitingSince: Date | null;
  readonly image: Image | null;
  readonly lostBeyondSeal: number | null;
  /** Null unless something is to be repaired. */
  readonly asked: AskedRepair | null;
  /** Null for the newest position. */
  readonly target: ResolvedTarget | null;
  /** Quarantine → the timeline that the receiver allotted to it. */
  readonly timelines: Readonly<Record<string, number>>;
  readonly attack: Attack | null;
  readonly repair: RepairReport | null;
  readonly hole: Hole | null;
  readonly vaultSecret: string | null;
  readonly replicationPassword: string | null;
};

/** Secrets in force that replaced those of the joining. */
export type RotatedSecrets = { readonly vaultSecret: string; readonly replicationPassword: string | null };

export type NewRecovery = Pick<RecoveryRecord, 'id' | 'compartment' | 'kind' | 'requestedBy' | 'reason' | 'startedAt'> & {
  readonly asked?: AskedRepair;
  readonly target?: ResolvedTarget;
};
type Changeable =
  | 'epoch'
  | 'quarantine'
  | 'copy'
  | 'diff'
  | 'digest'
  | 'awaitingSince'
  | 'image'
  | 'lostBeyondSeal'
  | 'timelines'
  | 'attack'
  | 'repair'
  | 'hole'
  | 'vaultSecret'
  | 'replicationPassword';
export type Change = Partial<Pick<RecoveryRecord, Changeable>>;
export type Decision = {
  readonly recovery: string;
  readonly operator: string;
  readonly digest: string | null;
  readonly isApproved: boolean;
  readonly reason: string;
  readonly givenAt: Date;
};

export type RecoveryStore = {
  /** @throws EstateError `compartment.wrong_state` while another one of the compartment runs */
  readonly addRecovery: (recovery: NewRecovery) => Promise<void>;
  readonly getRecovery: (id: string) => Promise<RecoveryRecord>;
  readonly change: (id: string, change: Change) => Promise<void>;
  /** Marks the step as begun, and ends nothing: a step that was interrupted keeps its first beginning. */
  readonly beginStep: (id: string, step: RecoveryStep, now: Date, entry: LedgerRequest) => Promise<void>;
  readonly endStep: (
    id: string,
    step: RecoveryStep,
    outcome: { readonly isOk: boolean; readonly detail: string; readonly now: Date },
    entry: LedgerRequest,
  ) => Promise<void>;
  /** Ends the recovery; one that ended stays as it ended. */
  readonly finish: (id: string, step: 'done' | 'failed' | 'refused', failure: string | null, now: Date) => Promise<void>;
  /** Keeps the first decision and answers with the one that counts. */
  readonly decide: (decision: Decision) => Promise<Decision>;
  readonly findDecision: (id: string) => Promise<Decision | undefined>;
  /** Keeps an operator's word that a recovery may pass with its hole open, once each; answers with all of them, oldest first. */
  readonly addWaiver: (id: string, waiver: Waiver & { readonly givenAt: Date }) => Promise<readonly Waiver[]>;
  readonly listWaivers: (id: string) => Promise<readonly Waiver[]>;
  /** Puts secrets in force; they are the newest from here on. */
  readonly keepSecrets: (
    compartment: string,
    given: RotatedSecrets & { readonly recovery: string; readonly now: Date },
  ) => Promise<void>;
  readonly findSecrets: (compartment: string) => Promise<RotatedSecrets | undefined>;
  readonly listRunning: () => Promise<readonly RecoveryRecord[]>;
  /** The newest, oldest of them first, as the desk shows them. */
  readonly listShown: (limit: number) => Promise<readonly Recovery[]>;
  readonly getShown: (id: string) => Promise<Recovery>;
  readonly keepBlobs: (id: string, digests: readonly string[]) => Promise<void>;
  readonly listBlobs: (id: string, after: string, limit: number) => Promise<readonly string[]>;
};

const BLOBS_AT_ONCE = 10_000;
const timelinesSchema = z.record(z.string(), z.number().int().positive());

export function createRecoveryStore(db: Kysely<Schema>): RecoveryStore {
  const find = async (id: string) => {
    const row = await db.selectFrom('recovery').selectAll().where('id', '=', id).executeTakeFirst();
    if (row) return row;
    throw new EstateError('request.not_found', `reading recovery ${id}: there is none`);
  };
  const addEntry = (trx: Kysely<Schema>, { idempotencyKey, kind, body }: LedgerRequest, now: Date) =>
    trx
      .insertInto('ledger_due')
      .values({ idempotency_key: idempotencyKey, kind, body: JSON.stringify(body), noted_at: now })
      .onConflict((conflict) => conflict.column('idempotency_key').doNothing())
      .execute();
  const show = async (rows: readonly Selectable<Schema['recovery']>[]): Promise<Recovery[]> => {
    if (rows.length === 0) return [];
    const ids = rows.map(({ id }) => id);
    const steps = await db.selectFrom('recovery_step').selectAll().where('recovery', 'in', ids).orderBy('started_at').execute();
    return rows.map((row) =>
      toShown(
        row,
        steps.filter(({ recovery }) => recovery === row.id),
      ),
    );
  };
  return {
    addRecovery: async ({ id, compartment, kind, requestedBy, reason, startedAt, asked, target }) => {
      const row = { id, compartment, kind, requested_by: requestedBy, reason, started_at: startedAt, step: 'seal' };
      await db
        .insertInto('recovery')
        .values({
          ...row,
          asked: asked === undefined ? null : JSON.stringify(asked),
          target: target === undefined ? null : JSON.stringify(target),
        })
        .execute()
        .catch((cause: unknown) => {
          if (violatedConstraint(cause) !== 'recovery_one_running') throw cause;
          throw new EstateError('compartment.wrong_state', `recovering ${compartment}: a recovery of it runs already`, { cause });
        });
    },
    getRecovery: async (id) => toRecord(await find(id)),
    change: async (id, change) => {
      await db.updateTable('recovery').set(toColumns(change)).where('id', '=', id).execute();
    },
    beginStep: (id, step, now, entry) =>
      db.transaction().execute(async (trx) => {
        await trx.updateTable('recovery').set({ step }).where('id', '=', id).where('ended_at', 'is', null).execute();
        await trx
          .insertInto('recovery_step')
          .values({ recovery: id, step, started_at: now })
          .onConflict((conflict) => conflict.columns(['recovery', 'step']).doNothing())
          .execute();
        await addEntry(trx, entry, now);
      }),
    endStep: (id, step, { isOk, detail, now }, entry) =>
      db.transaction().execute(async (trx) => {
        await trx
          .updateTable('recovery_step')
          .set({ ended_at: now, is_ok: isOk, detail })
          .where('recovery', '=', id)
          .where('step', '=', step)
          .where('ended_at', 'is', null)
          .execute();
        await addEntry(trx, entry, now);
      }),
    finish: async (id, step, failure, now) => {
      await db
        .updateTable('recovery')
        .set({ step, failure, ended_at: now, awaiting_since: null, vault_secret: null, replication_password: null })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .execute();
    },
    decide: async (decision) => {
      const { recovery, operator, digest, isApproved, reason, givenAt } = decision;
      await db
        .insertInto('approval')
        .values({ recovery, operator, digest, is_approved: isApproved, reason, given_at: givenAt })
        .onConflict((conflict) => conflict.column('recovery').doNothing())
        .execute();
      return (await findDecision(db, recovery)) ?? decision;
    },
    findDecision: (id) => findDecision(db, id),
    addWaiver: async (id, { operator, reason, givenAt }) => {
      await db
        .insertInto('recovery_waiver')
        .values({ recovery: id, operator, reason, given_at: givenAt })
        .onConflict((conflict) => conflict.columns(['recovery', 'operator']).doNothing())
        .execute();
      return listWaivers(db, id);
    },
    listWaivers: (id) => listWaivers(db, id),
    keepSecrets: async (compartment, { vaultSecret, replicationPassword, recovery, now }) => {
      const row = { vault_secret: vaultSecret, replication_password: replicationPassword, recovery, rotated_at: now };
      await db
        .insertInto('compartment_secret')
        .values({ compartment, ...row })
        .onConflict((conflict) => conflict.column('compartment').doUpdateSet(row))
        .execute();
    },
    findSecrets: (compartment) =>
      db
        .selectFrom('compartment_secret')
        .select(['vault_secret as vaultSecret', 'replication_password as replicationPassword'])
        .where('compartment', '=', compartment)
        .executeTakeFirst(),
    listRunning: async () => {
      const rows = await db.selectFrom('recovery').selectAll().where('ended_at', 'is', null).execute();
      return rows.map(toRecord);
    },
    listShown: async (limit) =>
      show((await db.selectFrom('recovery').selectAll().orderBy('started_at', 'desc').limit(limit).execute()).reverse()),
    getShown: async (id) => {
      const [shown] = await show([await find(id)]);
      if (shown) return shown;
      throw new EstateError('request.not_found', `reading recovery ${id}: there is none`);
    },
    keepBlobs: async (id, digests) => {
      for (let from = 0; from < digests.length; from += BLOBS_AT_ONCE) {
        const values = digests.slice(from, from + BLOBS_AT_ONCE).map((digest) => ({ recovery: id, digest }));
        await db
          .insertInto('recovery_blob')
          .values(values)
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
    },
    listBlobs: async (id, after, limit) => {
      const rows = await db
        .selectFrom('recovery_blob')
        .select('digest')
        .where('recovery', '=', id)
        .where('digest', '>', after)
        .orderBy('digest')
        .limit(limit)
        .execute();
      return rows.map(({ digest }) => digest);
    },
  };
}

async function listWaivers(db: Kysely<Schema>, id: string): Promise<Waiver[]> {
  return db
    .selectFrom('recovery_waiver')
    .select(['operator', 'reason'])
    .where('recovery', '=', id)
    .orderBy('given_at')
    .orderBy('operator')
    .execute();
}

async function findDecision(db: Kysely<Schema>, id: string): Promise<Decision | undefined> {
  const row = await db.selectFrom('approval').selectAll().where('recovery', '=', id).executeTakeFirst();
  if (!row) return undefined;
  const { recovery, operator, digest, is_approved: isApproved, reason, given_at: givenAt } = row;
  return { recovery, operator, digest, isApproved, reason, givenAt };
}

function toColumns(change: Change): Updateable<Schema['recovery']> {
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
  return {
    ...(change.epoch !== undefined && { epoch: change.epoch }),
    ...(change.quarantine !== undefined && { quarantine: json(change.quarantine) }),
    ...(change.copy !== undefined && { verification: json(change.copy) }),
    ...(change.diff !== undefined && { diff: json(change.diff) }),
    ...(change.digest !== undefined && { digest: change.digest }),
    ...(change.awaitingSince !== undefined && { awaiting_since: change.awaitingSince }),
    ...(change.image !== undefined && { image: json(change.image) }),
    ...(change.timelines !== undefined && { timelines: JSON.stringify(change.timelines) }),
    ...(change.attack !== undefined && { attack: json(change.attack) }),
    ...(change.repair !== undefined && { repair: json(change.repair) }),
    ...(change.hole !== undefined && { hole: json(change.hole) }),
    ...(change.vaultSecret !== undefined && { vault_secret: change.vaultSecret }),
    ...(change.replicationPassword !== undefined && { replication_password: change.replicationPassword }),
    ...(change.lostBeyondSeal !== undefined && {
      lost_beyond_seal: change.lostBeyondSeal === null ? null : String(change.lostBeyondSeal),
    }),
  };
}

function toRecord(row: Selectable<Schema['recovery']>): RecoveryRecord {
  return {
    id: row.id,
    compartment: row.compartment,
    kind: recoverySchema.shape.kind.parse(row.kind),
    requestedBy: row.requested_by,
    reason: row.reason,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    step: recoverySchema.shape.step.parse(row.step),
    failure: row.failure,
    epoch: row.epoch,
    quarantine: quarantineSchema.nullable().parse(row.quarantine),
    copy: findingsOfCopySchema.nullable().parse(row.verification),
    diff: recoveryDiffSchema.nullable().parse(row.diff),
    digest: row.digest,
    awaitingSince: row.awaiting_since,
    image: imageSchema.nullable().parse(row.image),
    lostBeyondSeal: row.lost_beyond_seal === null ? null : Number(row.lost_beyond_seal),
    asked: askedRepairSchema.nullable().parse(row.asked),
    target: resolvedTargetSchema.nullable().parse(row.target ?? null),
    timelines: timelinesSchema.parse(row.timelines),
    attack: attackSchema.nullable().parse(row.attack),
    repair: repairReportSchema.nullable().parse(row.repair),
    hole: holeSchema.nullable().parse(row.hole),
    vaultSecret: row.vault_secret,
    replicationPassword: row.replication_password,
  };
}

function toShown(row: Selectable<Schema['recovery']>, steps: readonly Selectable<Schema['recovery_step']>[]): Recovery {
  const isAwaiting = row.awaiting_since !== null && row.digest !== null && row.ended_at === null;
  return recoverySchema.parse({
    id: row.id,
    compartment: row.compartment,
    kind: row.kind,
    requestedBy: row.requested_by,
    startedAt: row.started_at.toISOString(),
    step: row.step,
    steps: steps.map(({ step, started_at, ended_at, detail }) => ({
      step,
      startedAt: started_at.toISOString(),
      endedAt: ended_at?.toISOString() ?? null,
      detail,
    })),
    awaiting: isAwaiting ? { digest: row.digest, diff: row.diff, sinceAt: row.awaiting_since?.toISOString() } : null,
    failure: row.failure,
    lostBeyondSeal: row.lost_beyond_seal === null ? null : Number(row.lost_beyond_seal),
  });
}
