import { languageSchema } from '@bulkhead/contracts';
import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';
import type { Visitor } from './visit.rules.ts';

export async function findVisitor(db: Kysely<Schema>, id: string, now: Date): Promise<Visitor | undefined> {
  const row = await db
    .selectFrom('account')
    .select(['id', 'email', 'display_name', 'language', 'delegation_id'])
    .where('id', '=', id)
    .where('status', 'in', ['active', 'break-glass'])
    .executeTakeFirst();
  if (!row) return undefined;
  const roles = await db
    .selectFrom('role_grant')
    .select(['compartment', 'role'])
    .where('account_id', '=', id)
    .where('state', '=', 'granted')
    .where('ends_at', '>', now)
    .orderBy('compartment')
    .orderBy('role')
    .execute();
  return {
    id: row.id,
    email: row.email,
    displayName: row.display_name,
    language: languageSchema.parse(row.language),
    delegationId: row.delegation_id,
    roles: roles.map(({ compartment, role }) => ({ compartment, role })),
  };
}
