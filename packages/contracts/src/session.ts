import { z } from 'zod';
import { compartmentNameSchema, instantSchema, languageSchema } from './name.ts';

/** A session as the gateway sees it, from GET /.identity/sessions/:id. */
export const sessionSchema = z.object({
  id: z.string().min(16).max(64),
  accountId: z.string().max(64),
  displayName: z.string().max(200),
  delegation: z.string().max(100).nullable(),
  roles: z.record(compartmentNameSchema, z.array(z.string().max(50)).max(50)),
  language: languageSchema,
  startedAt: instantSchema,
  /** When the person last proved who they are; at the start where nothing is said. */
  authenticatedAt: instantSchema.optional(),
  endsAt: instantSchema,
  /** From then on what stands here may be wrong, and is asked for anew: one of the roles ends. */
  freshUntil: instantSchema.optional(),
});
export type Session = z.infer<typeof sessionSchema>;

/** GET /.identity/sessions/changes?after=N waits up to 10 s: ids whose sessions ended or whose roles changed since. */
export const sessionChangesSchema = z.object({
  sequence: z.number().int().min(0),
  sessions: z.array(z.string().max(64)).max(10_000),
});
export type SessionChanges = z.infer<typeof sessionChangesSchema>;

/** GET /.identity/api-tokens/:sha256: whose personal API token has this hash, as a session of their own. */
export const apiTokenSchema = z.object({
  /** Its roles are those that both the token names and the account holds. */
  session: sessionSchema,
  /** Good for reading only. */
  isReadOnly: z.boolean(),
});
export type ApiToken = z.infer<typeof apiTokenSchema>;
