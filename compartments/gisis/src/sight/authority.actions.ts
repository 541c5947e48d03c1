import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';
import { authoritiesOn, partiesBy } from './authority.rules.ts';
import { listAuthorized, listPartyDeeds } from './authority.store.ts';
import { type Claims, isOfOrganization, type Viewer, viewerOf } from './viewer.rules.ts';

/** What the registry itself knows of whoever asks: for whom their organization may file today, or to what their State is a Party. */
export async function readStanding(
  { db }: { readonly db: Kysely<Schema> },
  claims: Claims,
  now: Date,
): Promise<Pick<Viewer, 'authorities' | 'partyTo'>> {
  const viewer = viewerOf(claims);
  if (viewer.state !== null) return { partyTo: partiesBy(await listPartyDeeds(db, viewer.state)) };
  if (viewer.delegation === null || !isOfOrganization(viewer)) return {};
  return { authorities: authoritiesOn(await listAuthorized(db, viewer.delegation), now.toISOString().slice(0, 10)) };
}
