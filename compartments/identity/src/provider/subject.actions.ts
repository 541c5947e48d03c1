import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';
import type { SessionDesk } from '#session/session.actions.ts';
import type { Subject } from './token.rules.ts';
import { findSubjectOf } from './token.store.ts';

/** Whose session it is, if it lives now. Whatever is asked of a token asks this first. */
export async function findSubject(
  deps: { readonly db: Kysely<Schema>; readonly desk: Pick<SessionDesk, 'find'> },
  sessionId: string,
): Promise<Subject | null> {
  const session = await deps.desk.find(sessionId);
  if (!session) return null;
  const found = await findSubjectOf(deps.db, sessionId);
  return found ? { session, ...found } : null;
}
