import { z } from 'zod';

const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '::1']);

const relayShape = {
  /** The relay that takes our mail, and its port: 587 with `starttls`, 465 with `tls`, mostly. */
  host: z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, 'must be a host name or an address'),
  port: z.number().int().min(1).max(65_535),
  /** `tls` from the first byte, or `starttls` without which nothing is sent; `none` only to a relay on this machine. */
  security: z.enum(['tls', 'starttls', 'none']),
  /** The sender's address. */
  from: z
    .string()
    .max(254)
    .regex(
      /^[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/,
      'must be an address such as no-reply@example.org',
    ),
  user: z.string().min(1).max(200).optional(),
};

function isSafeRelay(relay: { readonly host: string; readonly security: string; readonly user?: string | undefined }): boolean {
  return relay.security !== 'none' || (LOCAL_HOSTS.has(relay.host) && relay.user === undefined);
}
const UNSAFE = 'security "none" is only for a relay on this machine, without a user';

/** How the estate's mail leaves, in the estate file; what is secret stands in files that headquarters' supervisor reads. */
export const mailSchema = z
  .strictObject({
    ...relayShape,
    /** Holds the user's password. */
    passwordFile: z.string().startsWith('/').optional(),
    /** Certificates in PEM that the relay's is checked against, in place of the system's. */
    caFile: z.string().startsWith('/').optional(),
  })
  .refine(isSafeRelay, UNSAFE)
  .refine((mail) => (mail.user === undefined) === (mail.passwordFile === undefined), 'user and passwordFile stand together');
export type Mail = z.infer<typeof mailSchema>;

/** The relay as the process that sends gets it: MAIL_JSON. */
export const mailRelaySchema = z
  .strictObject({ ...relayShape, password: z.string().max(1000).optional(), ca: z.string().max(1_000_000).optional() })
  .refine(isSafeRelay, UNSAFE);
export type MailRelay = z.infer<typeof mailRelaySchema>;
