import { claimsOfJob, languageSchema, mintToken, type SigningKey, TOKEN_HEADER } from '@bulkhead/contracts';
import { EstateError, type Now, sha256Hex } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const PATH = '/.identity/first-administrator';
const ROUTE = 'job:identity.first-administrator';

/** Whom the operator invites to administer accounts. */
export const administratorSchema = z.strictObject({
  email: z.string().min(3).max(300),
  displayName: z.string().min(1).max(200),
  language: languageSchema,
});
export type Administrator = z.infer<typeof administratorSchema>;
const invitationSchema = z.object({ secret: z.string(), expiresAt: z.string() });
export type AdministratorInvitation = z.infer<typeof invitationSchema>;

/**
 * Has identity invite somebody to administer, which it does only while nobody administers. What comes back is shown once, on the
 * operator's terminal, and kept nowhere.
 * @throws EstateError `account.administrator_exists`, `input.invalid`, `wire.unreachable`
 */
export async function inviteAdministrator(
  deps: { readonly identity: WirePeer; readonly jobKey: SigningKey; readonly newId: () => string; readonly now: Now },
  asked: Administrator,
): Promise<AdministratorInvitation> {
  const claims = claimsOfJob({
    requestId: deps.newId(),
    compartment: 'identity',
    route: ROUTE,
    address: 'operator',
    method: 'POST',
    path: PATH,
    bodySha256: sha256Hex(JSON.stringify(asked)),
  });
  const headers = { [TOKEN_HEADER]: await mintToken(deps.jobKey, claims, deps.now), accept: 'application/json' };
  try {
    return await callWire(deps.identity, { method: 'POST', path: PATH, body: asked, headers }, invitationSchema);
  } catch (error) {
    // Identity's own word tells the operator more than that it refused.
    throw error instanceof EstateError && error.cause instanceof EstateError ? error.cause : error;
  }
}
