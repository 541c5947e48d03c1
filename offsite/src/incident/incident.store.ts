import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';

const FOR_EVER = new Date('9999-01-01T00:00:00Z');

export type IncidentStore = {
  /** The compartment's open incident, begun now if there is none. */
  readonly openIncident: (compartment: string, now: Date) => Promise<number>;
  readonly closeIncident: (compartment: string, now: Date) => Promise<void>;
  readonly findOpen: (compartment: string) => Promise<number | undefined>;
  /** Keeps an operator's word once for each scope. */
  readonly addWaiver: (
    incident: number,
    waiver: { readonly operator: string; readonly reason: string; readonly scopeSha256: string; readonly givenAt: Date },
  ) => Promise<void>;
  /** Those that were given for this scope, oldest first. */
  readonly listWaivers: (incident: number, scopeSha256: string) => Promise<readonly { readonly operator: string }[]>;
  readonly findIncident: (id: number) => Promise<KeptIncident | undefined>;
  /** Newest first, with the number of findings. */
  readonly listIncidents: (limit: number) => Promise<ListedIncident[]>;
};

export type KeptIncident = {
  readonly compartment: string;
  readonly openedAt: string;
  readonly closedAt: string | null;
  /** When the compartment was last let run before or in the incident; null if that is not known. */
  readonly runningSinceAt: string | null;
  /** When it was first sealed in the incident. */
  readonly sealedAt: string | null;
};
export type ListedIncident = {
  readonly id: number;
  readonly compartment: string;
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly findings: number;
};

export function createIncidentStore(db: Kysely<Schema>): IncidentStore {
  const findOpen = (compartment: string) =>
    db
      .selectFrom('incident')
      .select('id')
      .where('compartment', '=', compartment)
      .where('closed_at', 'is', null)
      .executeTakeFirst();
  return {
    openIncident: async (compartment, now) => {
      const open = await findOpen(compartment);
      if (open) return open.id;
      const added = await db
        .insertInto('incident')
        .values({ compartment, opened_at: now })
        .onConflict((conflict) => conflict.column('compartment').where('closed_at', 'is', null).doNothing())
        .returning('id')
        .executeTakeFirst();
      // Another finding of the same moment began it.
      return added?.id ?? (await findOpen(compartment))?.id ?? 0;
    },
    closeIncident: async (compartment, now) => {
      await db
        .updateTable('incident')
        .set({ closed_at: now })
        .where('compartment', '=', compartment)
        .where('closed_at', 'is', null)
        .execute();
    },
    findOpen: async (compartment) => (await findOpen(compartment))?.id,
    addWaiver: async (incident, { operator, reason, scopeSha256, givenAt }) => {
      await db
        .insertInto('incident_waiver')
        .values({ incident, operator, reason, scope_sha256: scopeSha256, given_at: givenAt })
        .onConflict((conflict) => conflict.columns(['incident', 'operator', 'scope_sha256']).doNothing())
        .execute();
    },
    listWaivers: (incident, scopeSha256) =>
      db
        .selectFrom('incident_waiver')
        .select('operator')
        .where('incident', '=', incident)
        .where('scope_sha256', '=', scopeSha256)
        .orderBy('given_at')
        .orderBy('operator')
        .execute(),
    findIncident: async (id) => {
      const row = await db.selectFrom('incident').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) return undefined;
      const { compartment, opened_at: openedAt, closed_at: closedAt } = row;
      const until = closedAt ?? FOR_EVER;
      const seal = await db
        .selectFrom('seal_record')
        .select('sealed_at')
        .where('compartment', '=', compartment)
        .where('sealed_at', '>=', openedAt)
        .where('sealed_at', '<=', until)
        .orderBy('sealed_at')
        .limit(1)
        .executeTakeFirst();
      const running = await db
        .selectFrom('site_order')
        .select('issued_at')
        .where('compartment', '=', compartment)
        .where('state', 'in', ['open', 'read-only'])
        .where('issued_at', '<=', seal?.sealed_at ?? until)
        .orderBy('issued_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return {
        compartment,
        openedAt: openedAt.toISOString(),
        closedAt: closedAt?.toISOString() ?? null,
        runningSinceAt: running?.issued_at.toISOString() ?? null,
        sealedAt: seal?.sealed_at?.toISOString() ?? null,
      };
    },
    listIncidents: async (limit) => {
      const rows = await db
        .selectFrom('incident')
        .select(['id', 'compartment', 'opened_at', 'closed_at'])
        .select((eb) =>
          eb
            .selectFrom('finding')
            .select(({ fn }) => fn.countAll<string>().as('findings'))
            .whereRef('finding.incident', '=', 'incident.id')
            .as('findings'),
        )
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ id, compartment, opened_at: openedAt, closed_at: closedAt, findings }) => ({
        id,
        compartment,
        openedAt: openedAt.toISOString(),
        closedAt: closedAt?.toISOString() ?? null,
        findings: Number(findings ?? 0),
      }));
    },
  };
}
