import { type Notice, noticeSchema } from '@bulkhead/contracts';
import type { Kysely, Selectable } from 'kysely';
import type { Schema } from '#schema.ts';
import type { Milestones, NoticeDraft } from './notice.rules.ts';

export type NoticeStore = {
  /** Gives the next number; undefined if this cause has its notice. */
  readonly addNotice: (draft: NoticeDraft, now: Date) => Promise<Notice | undefined>;
  readonly listGivenCauses: (causes: readonly string[]) => Promise<ReadonlySet<string>>;
  /** The newest notice about each compartment's state. */
  readonly listLastOfState: () => Promise<ReadonlyMap<string, Notice>>;
  /** The newest notices, oldest first. */
  readonly listNewest: (limit: number) => Promise<readonly Notice[]>;
  readonly listMilestones: () => Promise<ReadonlyMap<string, Milestones>>;
};

const OF_STATE = ['contained', 'being-restored', 'read-only', 'reopened'];

export function createNoticeStore(db: Kysely<Schema>): NoticeStore {
  return {
    addNotice: (draft, now) =>
      db.transaction().execute(async (trx) => {
        const { last } = await trx
          .selectFrom('notice')
          .select(({ fn }) => fn.max('number').as('last'))
          .executeTakeFirstOrThrow();
        const row = await trx
          .insertInto('notice')
          .values({
            number: (last ?? 0) + 1,
            cause: draft.cause,
            at: now,
            compartment: draft.compartment,
            kind: draft.kind,
            unaffected: draft.unaffected,
            next_update_at: draft.nextUpdateAt === null ? null : new Date(draft.nextUpdateAt),
          })
          .onConflict((conflict) => conflict.column('cause').doNothing())
          .returningAll()
          .executeTakeFirst();
        if (!row) return undefined;
        const notice = toNotice(row);
        await trx
          .insertInto('ledger_due')
          .values({
            idempotency_key: `notice:${notice.number}`,
            kind: 'notice.given',
            body: JSON.stringify(notice),
            noted_at: now,
          })
          .execute();
        return notice;
      }),
    listGivenCauses: async (causes) => {
      if (causes.length === 0) return new Set();
      const rows = await db.selectFrom('notice').select('cause').where('cause', 'in', causes).execute();
      return new Set(rows.map(({ cause }) => cause));
    },
    listLastOfState: async () => {
      const rows = await db
        .selectFrom('notice')
        .selectAll()
        .distinctOn('compartment')
        .where('kind', 'in', OF_STATE)
        .where('compartment', 'is not', null)
        .orderBy('compartment')
        .orderBy('number', 'desc')
        .execute();
      return new Map(rows.map((row) => [row.compartment ?? '', toNotice(row)]));
    },
    listNewest: async (limit) => {
      const rows = await db.selectFrom('notice').selectAll().orderBy('number', 'desc').limit(limit).execute();
      return rows.reverse().map(toNotice);
    },
    listMilestones: async () => {
      const rows = await db
        .selectFrom('recovery')
        .innerJoin('recovery_step', 'recovery_step.recovery', 'recovery.id')
        .where('recovery_step.is_ok', '=', true)
        .where('recovery_step.step', 'in', ['probe', 'open'])
        .groupBy('recovery.compartment')
        .select(({ fn }) => [
          'recovery.compartment',
          fn.max('recovery_step.ended_at').filterWhere('recovery_step.step', '=', 'probe').as('probed'),
          fn
            .max('recovery_step.ended_at')
            .filterWhere('recovery_step.step', '=', 'open')
            .filterWhere('recovery.kind', '=', 'restore')
            .as('restored'),
        ])
        .execute();
      const drilled = await db
        .selectFrom('drill')
        .where('result', '=', 'passed')
        .groupBy('compartment')
        .select(({ fn }) => ['compartment', fn.max('ended_at').as('proved')])
        .execute();
      const proved = new Map(drilled.map((row) => [row.compartment, row.proved]));
      const names = new Set([...rows, ...drilled].map(({ compartment }) => compartment));
      return new Map(
        [...names].map((name) => {
          const row = rows.find(({ compartment }) => compartment === name);
          return [
            name,
            {
              lastProbeAt: row?.probed?.toISOString() ?? null,
              lastRestoreAt: newerOf(row?.restored ?? null, proved.get(name) ?? null)?.toISOString() ?? null,
            },
          ];
        }),
      );
    },
  };
}

function toNotice(row: Selectable<Schema['notice']>): Notice {
  return noticeSchema.parse({
    number: row.number,
    at: row.at.toISOString(),
    compartment: row.compartment,
    kind: row.kind,
    unaffected: row.unaffected,
    nextUpdateAt: row.next_update_at?.toISOString() ?? null,
  });
}

/** A restore is proved by a drill that passed, and by one that went live. */
function newerOf(left: Date | null, right: Date | null): Date | null {
  if (!left || !right) return left ?? right;
  return left > right ? left : right;
}
