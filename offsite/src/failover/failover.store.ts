import { movedCompartmentSchema, type RunningSite, runningSiteSchema, type SiteMove, siteMoveSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { violatedConstraint } from '@bulkhead/postgres';
import type { Kysely, Selectable } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import type { Progress } from './failover.rules.ts';

export type ChargeRecord = { readonly site: RunningSite; readonly sinceAt: Date };
type Outcome = 'done' | 'failed' | 'refused';

export type FailoverStore = {
  readonly findCharge: () => Promise<ChargeRecord | undefined>;
  readonly saveCharge: (charge: ChargeRecord, move: string | null) => Promise<void>;
  /** @throws EstateError `failover.wrong_state` while another one is under way */
  readonly addMove: (
    move: Pick<SiteMove, 'id' | 'kind' | 'requestedBy' | 'reason' | 'digest'> & { readonly askedAt: Date },
  ) => Promise<void>;
  readonly findUnderWay: () => Promise<SiteMove | undefined>;
  /** @throws EstateError `request.not_found` */
  readonly getMove: (id: string) => Promise<SiteMove>;
  readonly listNewest: (limit: number) => Promise<readonly SiteMove[]>;
  /** False if it is decided already. */
  readonly approve: (id: string, operator: string, now: Date) => Promise<boolean>;
  readonly saveProgress: (id: string, progress: Progress) => Promise<void>;
  readonly noteAnswered: (id: string, now: Date) => Promise<void>;
  readonly end: (id: string, outcome: Outcome, failure: string | null, now: Date) => Promise<void>;
  /** The secrets that this move drew for a compartment, if it did. */
  readonly findSecrets: (
    compartment: string,
    move: string,
  ) => Promise<{ readonly vaultSecret: string; readonly replicationPassword: string } | undefined>;
};

const progressSchema = z.object({ steps: siteMoveSchema.shape.steps, compartments: z.array(movedCompartmentSchema) });

export function createFailoverStore(db: Kysely<Schema>): FailoverStore {
  const get = async (id: string) => {
    const row = await db.selectFrom('site_move').selectAll().where('id', '=', id).executeTakeFirst();
    if (row) return toMove(row);
    throw new EstateError('request.not_found', `looking for the move ${id.slice(0, 40)}: there is none`);
  };
  return {
    findCharge: async () => {
      const row = await db.selectFrom('site_charge').selectAll().executeTakeFirst();
      return row && { site: runningSiteSchema.parse(row.site), sinceAt: row.since_at };
    },
    saveCharge: async ({ site, sinceAt }, move) => {
      const row = { site, since_at: sinceAt, move };
      await db
        .insertInto('site_charge')
        .values(row)
        .onConflict((conflict) => conflict.column('is_only').doUpdateSet(row))
        .execute();
    },
    addMove: async ({ id, kind, requestedBy, reason, digest, askedAt }) => {
      const progress = JSON.stringify({ steps: [], compartments: [] });
      const row = { id, kind, state: 'asked', requested_by: requestedBy, reason, digest, asked_at: askedAt, progress };
      await db
        .insertInto('site_move')
        .values(row)
        .execute()
        .catch((cause: unknown) => {
          if (violatedConstraint(cause) === undefined) throw cause;
          throw new EstateError('failover.wrong_state', `asking for a ${kind}: another move is under way; end it first`, {
            cause,
          });
        });
    },
    findUnderWay: async () => {
      const row = await db.selectFrom('site_move').selectAll().where('state', 'in', ['asked', 'approved']).executeTakeFirst();
      return row && toMove(row);
    },
    getMove: get,
    listNewest: async (limit) => {
      const rows = await db.selectFrom('site_move').selectAll().orderBy('asked_at', 'desc').limit(limit).execute();
      return rows.map(toMove);
    },
    approve: async (id, operator, now) => {
      const changed = await db
        .updateTable('site_move')
        .set({ state: 'approved', approved_by: operator, approved_at: now })
        .where('id', '=', id)
        .where('state', '=', 'asked')
        .executeTakeFirst();
      return changed.numUpdatedRows > 0n;
    },
    saveProgress: async (id, progress) => {
      await db
        .updateTable('site_move')
        .set({ progress: JSON.stringify(progress) })
        .where('id', '=', id)
        .execute();
    },
    noteAnswered: async (id, now) => {
      await db.updateTable('site_move').set({ answered_at: now }).where('id', '=', id).where('answered_at', 'is', null).execute();
    },
    end: async (id, outcome, failure, now) => {
      await db
        .updateTable('site_move')
        .set({ state: outcome, failure, ended_at: now })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .execute();
    },
    findSecrets: async (compartment, move) => {
      const row = await db
        .selectFrom('compartment_secret')
        .select(['vault_secret', 'replication_password'])
        .where('compartment', '=', compartment)
        .where('recovery', '=', move)
        .executeTakeFirst();
      if (!row || row.replication_password === null) return undefined;
      return { vaultSecret: row.vault_secret, replicationPassword: row.replication_password };
    },
  };
}

function toMove(row: Selectable<Schema['site_move']>): SiteMove {
  const at = (moment: Date | null) => moment?.toISOString() ?? null;
  return siteMoveSchema.parse({
    id: row.id,
    kind: row.kind,
    state: row.state,
    requestedBy: row.requested_by,
    reason: row.reason,
    askedAt: row.asked_at.toISOString(),
    digest: row.digest,
    approvedBy: row.approved_by,
    approvedAt: at(row.approved_at),
    answeredAt: at(row.answered_at),
    endedAt: at(row.ended_at),
    ...progressSchema.parse(row.progress),
    failure: row.failure,
  });
}
