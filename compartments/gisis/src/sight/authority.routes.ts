import type { Now } from '@bulkhead/kernel';
import type { CompartmentApp } from '@bulkhead/web';
import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';
import { readStanding } from './authority.actions.ts';

/** Before every page: what the token does not say of its bearer, as it stands now. An authorization that ended ends at once. */
export function addStanding(app: CompartmentApp, { db, now }: { readonly db: Kysely<Schema>; readonly now: Now }): void {
  app.use(async (c, next) => {
    // Processes of ours call internal paths without claims; what pages are made to look with is the same for everybody.
    const isForNobody = c.req.path.startsWith('/.') || c.req.path.startsWith('/assets/');
    if (!isForNobody && c.var.claims.accountId !== null) {
      const known = { ...c.var.claims, ...(await readStanding({ db }, c.var.claims, now())) };
      c.set('claims', known);
    }
    await next();
  });
}
