import { type Finding, type FindingReport, findingSchema, type LedgerRequest } from '@bulkhead/contracts';
import { type Insertable, type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import { type Sample, SUBJECT_KINDS, SUBJECTS_LIMIT, type Subject, subjectsOf } from './finding.rules.ts';

export type NewFinding = FindingReport & {
  readonly technique: string;
  readonly reporter: string;
  readonly receivedAt: Date;
  readonly incident: number | null;
  readonly seals: boolean;
};

export type ListedFinding = Pick<Finding, 'id' | 'compartment' | 'summary' | 'receivedAt'> & {
  readonly rule: string;
  readonly reports: number;
};

export type FindingToSeal = { readonly id: number; readonly rule: string; readonly compartment: string };

export type FindingStore = {
  /** The finding, and its entry for the ledger, in one transaction. */
  readonly addFinding: (finding: NewFinding, entryFor: (id: number) => LedgerRequest) => Promise<number>;
  /** Counts a report in with a standing group; undefined if none is younger than `since`. */
  readonly countIn: (
    report: NewFinding,
    since: Date,
    samplesLimit: number,
  ) => Promise<{ readonly id: number; readonly incident: number | null } | undefined>;
  readonly listToSeal: () => Promise<readonly FindingToSeal[]>;
  readonly markSealed: (compartment: string, epoch: number) => Promise<void>;
  /** The newest, oldest of them first. */
  readonly listNewest: (limit: number) => Promise<readonly ListedFinding[]>;
  /** Whole, in the order in which they came. */
  readonly listAfter: (after: number, limit: number) => Promise<Finding[]>;
  readonly listOfIncident: (incident: number, limit: number) => Promise<Finding[]>;
  /** All that the findings of an incident name, with the rule that named it. */
  readonly listSubjects: (incident: number, limit: number) => Promise<(Subject & { readonly rule: string })[]>;
};

export function createFindingStore(db: Kysely<Schema>): FindingStore {
  return {
    addFinding: (finding, entryFor) =>
      db.transaction().execute(async (trx) => {
        const { id } = await trx.insertInto('finding').values(toRow(finding)).returning('id').executeTakeFirstOrThrow();
        const { idempotencyKey, kind, body } = entryFor(id);
        await trx
          .insertInto('ledger_due')
          .values({ idempotency_key: idempotencyKey, kind, body: JSON.stringify(body), noted_at: finding.receivedAt })
          .execute();
        await addSubjects(trx, id, finding);
        return id;
      }),
    countIn: async (report, since, samplesLimit) => {
      const sample: Sample = { summary: report.summary, evidence: report.evidence, seenAt: report.seenAt };
      return db.transaction().execute(async (trx) => {
        const group = await trx
          .updateTable('finding')
          .set((eb) => ({
            reports: eb('reports', '+', 1),
            last_received_at: report.receivedAt,
            samples: sql<string>`case when jsonb_array_length(samples) < ${samplesLimit}
            and (summary, evidence) is distinct from (${report.summary}, ${JSON.stringify(report.evidence)}::jsonb)
            then samples || ${JSON.stringify([sample])}::jsonb else samples end`,
            // A compartment that runs again is sealed again.
            ...(report.seals ? { sealed_epoch: null } : {}),
          }))
          .where('id', '=', (eb) =>
            eb
              .selectFrom('finding')
              .select('id')
              .where('rule', '=', report.rule)
              .where('reporter', '=', report.reporter)
              .where(sql<boolean>`compartment is not distinct from ${report.compartment}`)
              .where('received_at', '>', since)
              // What comes after the end of an incident begins another.
              .where((or) =>
                or.or([
                  or('incident', 'is', null),
                  or('incident', 'in', or.selectFrom('incident').select('id').where('closed_at', 'is', null)),
                ]),
              )
              .orderBy('received_at', 'desc')
              .limit(1),
          )
          .returning(['id', 'incident'])
          .executeTakeFirst();
        if (group) await addSubjects(trx, group.id, report);
        return group;
      });
    },
    listToSeal: async () => {
      const rows = await db
        .selectFrom('finding')
        .select(['id', 'rule', 'compartment'])
        .where('seals', '=', true)
        .where('sealed_epoch', 'is', null)
        .orderBy('id')
        .limit(100)
        .execute();
      return rows.flatMap(({ id, rule, compartment }) => (compartment === null ? [] : [{ id, rule, compartment }]));
    },
    markSealed: async (compartment, epoch) => {
      await db
        .updateTable('finding')
        .set({ sealed_epoch: epoch })
        .where('compartment', '=', compartment)
        .where('seals', '=', true)
        .where('sealed_epoch', 'is', null)
        .execute();
    },
    listNewest: async (limit) => {
      const rows = await db
        .selectFrom('finding')
        .select(['id', 'rule', 'compartment', 'summary', 'received_at', 'reports'])
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.reverse().map(({ received_at, ...row }) => ({ ...row, receivedAt: received_at.toISOString() }));
    },
    listAfter: async (after, limit) => {
      const rows = await db.selectFrom('finding').selectAll().where('id', '>', after).orderBy('id').limit(limit).execute();
      return rows.map(toFinding);
    },
    listOfIncident: async (incident, limit) => {
      const query = db.selectFrom('finding').selectAll().where('incident', '=', incident);
      return (await query.orderBy('id').limit(limit).execute()).map(toFinding);
    },
    listSubjects: async (incident, limit) => {
      const rows = await db
        .selectFrom('finding_subject')
        .innerJoin('finding', 'finding.id', 'finding_subject.finding')
        .select(['finding.rule', 'finding_subject.kind', 'finding_subject.value', 'finding_subject.at'])
        .where('finding.incident', '=', incident)
        .orderBy('finding_subject.at')
        .limit(limit)
        .execute();
      return rows.map(({ rule, kind, value, at }) => ({ rule, kind: subjectKindSchema.parse(kind), value, at }));
    },
  };
}

const subjectKindSchema = z.enum(SUBJECT_KINDS);

// With the finding, or not at all: a scope is proposed from them.
async function addSubjects(trx: Transaction<Schema>, finding: number, report: NewFinding): Promise<void> {
  const subjects = subjectsOf(report);
  if (subjects.length === 0) return;
  const { known } = await trx
    .selectFrom('finding_subject')
    .select(({ fn }) => fn.countAll<string>().as('known'))
    .where('finding', '=', finding)
    .executeTakeFirstOrThrow();
  if (Number(known) >= SUBJECTS_LIMIT) return;
  await trx
    .insertInto('finding_subject')
    .values(subjects.map(({ kind, value, at }) => ({ finding, kind, value, at })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function toFinding(row: Selectable<Schema['finding']>): Finding {
  return findingSchema.parse({
    id: row.id,
    rule: row.rule,
    technique: row.technique,
    compartment: row.compartment,
    reporter: row.reporter,
    summary: row.summary,
    evidence: row.reports > 1 ? { ...evidenceSchema.parse(row.evidence), reports: String(row.reports) } : row.evidence,
    seenAt: row.seen_at.toISOString(),
    receivedAt: row.received_at.toISOString(),
    incident: row.incident,
  });
}

const evidenceSchema = z.record(z.string(), z.string());

function toRow(finding: NewFinding): Insertable<Schema['finding']> {
  return {
    rule: finding.rule,
    technique: finding.technique,
    compartment: finding.compartment,
    reporter: finding.reporter,
    summary: finding.summary,
    evidence: JSON.stringify(finding.evidence),
    seen_at: new Date(finding.seenAt),
    received_at: finding.receivedAt,
    last_received_at: finding.receivedAt,
    incident: finding.incident,
    seals: finding.seals,
  };
}
