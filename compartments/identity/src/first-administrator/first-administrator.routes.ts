import { languageSchema } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, readJson, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import { isEmail, LONGEST_NAME, normaliseEmail } from '#account/account.rules.ts';
import type { InvitationLetters } from '#account/invitation-letter.actions.ts';
import type { Schema } from '#schema.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { isPlainText } from '#site/plain-text.rules.ts';
import { inviteFirstAdministrator } from './first-administrator.actions.ts';

type Deps = {
  readonly database: Database<Schema>;
  readonly feed: ChangeFeed;
  readonly newId: () => string;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly invitationLetters: InvitationLetters;
  readonly now: Now;
};

const askedSchema = z.strictObject({
  email: z.string().max(300).transform(normaliseEmail).pipe(z.string().refine(isEmail)),
  displayName: z.string().trim().min(1).max(LONGEST_NAME).refine(isPlainText),
  language: languageSchema,
});

/** What the supervisor asks for the operator at its machine. */
export function addFirstAdministratorRoutes(app: CompartmentApp, deps: Deps): void {
  app.post('/.identity/first-administrator', async (c) => {
    if (!c.var.token) throw new EstateError('token.missing', 'inviting a first administrator: the call carries no token');
    const asked = readJson(c, askedSchema);
    const acting = { ...deps, transact: transactFor(c, deps.database) };
    const { secret, expiresAt } = await inviteFirstAdministrator(acting, asked);
    return c.json({ secret, expiresAt: expiresAt.toISOString() });
  });
}
