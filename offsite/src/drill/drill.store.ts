import {
  type Drill,
  type DrillMode,
  type DrillOutcome,
  type DrillResult,
  drillSchema,
  type LedgerRequest,
  type Signed,
  signedSchema,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Kysely, Selectable } from 'kysely';
import type { Schema } from '#schema.ts';
import type { Standing } from './drill.rules.ts';

export type NewDrill = Pick<Drill, 'id' | 'compartment' | 'mode' | 'seed' | 'requestedBy'> & {
  readonly reason: string;
  readonly requestedAt: Date;
};
export type EndedDrill = {
  readonly result: DrillResult;
  readonly sentence: string;
  readonly outcome: DrillOutcome;
  readonly receipt: Signed;
  readonly endedAt: Date;
};

export type DrillStore = {
  /** A scheduled one is added once while another waits or runs; tells whether it was. */
  readonly addDrill: (drill: NewDrill) => Promise<boolean>;
  readonly getDrill: (id: string) => Promise<{ readonly drill: Drill; readonly receipt: Signed | null }>;
  /** Those that have not ended, in the order in which they were asked for. */
  readonly listOwed: () => Promise<readonly (Drill & { readonly attempts: number })[]>;
  /** The newest, oldest of them first. */
  readonly listNewest: (limit: number) => Promise<readonly Drill[]>;
  readonly beginDrill: (id: string, now: Date) => Promise<void>;
  /** It has to begin anew; `counts` unless it only made way. */
  readonly putOff: (id: string, counts: boolean) => Promise<void>;
  readonly endDrill: (id: string, ended: EndedDrill, entry: LedgerRequest) => Promise<void>;
  /** How each compartment stands; one that was not known is owed drills from now on. */
  readonly listStandings: (compartments: readonly string[], now: Date) => Promise<readonly Standing[]>;
};

export function createDrillStore(db: Kysely<Schema>): DrillStore {
  return {
    addDrill: async ({ requestedBy, requestedAt, ...drill }) => {
      const row = { ...drill, seed: String(drill.seed), requested_by: requestedBy, requested_at: requestedAt };
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('drill')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    getDrill: async (id) => {
      const row = await db.selectFrom('drill').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) throw new EstateError('request.not_found', `reading drill ${id.slice(0, 40)}: there is none`);
      return { drill: toDrill(row), receipt: signedSchema.nullable().parse(row.receipt) };
    },
    listOwed: async () => {
      const rows = await db
        .selectFrom('drill')
        .selectAll()
        .where('ended_at', 'is', null)
        .orderBy('requested_at')
        .orderBy('id')
        .execute();
      return rows.map((row) => ({ ...toDrill(row), attempts: row.attempts }));
    },
    listNewest: async (limit) =>
      (await db.selectFrom('drill').selectAll().orderBy('requested_at', 'desc').limit(limit).execute()).map(toDrill).reverse(),
    beginDrill: async (id, now) => {
      await db
        .updateTable('drill')
        .set((eb) => ({ started_at: now, attempts: eb('attempts', '+', 1) }))
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .execute();
    },
    putOff: async (id, counts) => {
      await db
        .updateTable('drill')
        .set((eb) => ({ started_at: null, ...(counts ? {} : { attempts: eb('attempts', '-', 1) }) }))
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .execute();
    },
    endDrill: (id, { result, sentence, outcome, receipt, endedAt }, entry) =>
      db.transaction().execute(async (trx) => {
        await trx
          .updateTable('drill')
          .set({ result, sentence, outcome: JSON.stringify(outcome), receipt: JSON.stringify(receipt), ended_at: endedAt })
          .where('id', '=', id)
          .where('ended_at', 'is', null)
          .execute();
        await trx
          .insertInto('ledger_due')
          .values({
            idempotency_key: entry.idempotencyKey,
            kind: entry.kind,
            body: JSON.stringify(entry.body),
            noted_at: endedAt,
          })
          .onConflict((conflict) => conflict.column('idempotency_key').doNothing())
          .execute();
      }),
    listStandings: (compartments, now) => listStandings(db, compartments, now),
  };
}

async function listStandings(db: Kysely<Schema>, compartments: readonly string[], now: Date): Promise<Standing[]> {
  if (compartments.length === 0) return [];
  await db
    .insertInto('drill_owed')
    .values(compartments.map((compartment) => ({ compartment, since_at: now })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const owed = await db.selectFrom('drill_owed').selectAll().execute();
  const passed = await db
    .selectFrom('drill')
    .where('result', '=', 'passed')
    .groupBy('compartment')
    .select(({ fn }) => ['compartment', fn.max('ended_at').as('at')])
    .execute();
  const scheduled = await db
    .selectFrom('drill')
    .where('requested_by', '=', 'schedule')
    .distinctOn('compartment')
    .select(['compartment', 'mode', 'requested_at'])
    .orderBy('compartment')
    .orderBy('requested_at', 'desc')
    .execute();
  return compartments.map((compartment) => {
    const last = scheduled.find((one) => one.compartment === compartment);
    return {
      compartment,
      sinceAt: owed.find((one) => one.compartment === compartment)?.since_at ?? now,
      lastScheduledAt: last?.requested_at ?? null,
      lastScheduledMode: last ? modeOf(last.mode) : null,
      lastPassedAt: passed.find((one) => one.compartment === compartment)?.at ?? null,
    };
  });
}

function modeOf(mode: string): DrillMode {
  return mode === 'full' ? 'full' : 'random';
}

function toDrill(row: Selectable<Schema['drill']>): Drill {
  return drillSchema.parse({
    id: row.id,
    compartment: row.compartment,
    mode: row.mode,
    seed: Number(row.seed),
    requestedBy: row.requested_by,
    requestedAt: row.requested_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    result: row.result,
    sentence: row.sentence,
    outcome: row.outcome ?? null,
  });
}
