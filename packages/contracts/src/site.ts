import { z } from 'zod';
import { estateSchema, linkSchema, trustSchema } from './estate.ts';
import { verifyingKeySchema } from './signed.ts';

/** SHA-256 of a public key as SPKI (RFC 7469's pin), in lower-case hexadecimal: by it a site knows the other. */
export const pinSchema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');
export type Pin = z.infer<typeof pinSchema>;

/** Where a site is reached. */
export const addressSchema = z.object({
  host: z
    .string()
    .max(253)
    .regex(/^[A-Za-z0-9:]([A-Za-z0-9.:-]*[A-Za-z0-9:])?$/, 'must be a host name or an IP address'),
  port: z.number().int().min(1).max(65_535),
});
export type Address = z.infer<typeof addressSchema>;

/** What headquarters says to join: the secret of the one-time code, the keys it signs with, and where its gateway is reached. */
export const joinRequestSchema = z.object({
  secret: z.string().max(100),
  gatewayKey: verifyingKeySchema,
  jobKey: verifyingKeySchema,
  gatewayAddress: addressSchema,
});
export type JoinRequest = z.infer<typeof joinRequestSchema>;

/** What both sites must agree on, as off-site tells it: the estate, whom to trust, and the secrets they share. */
export const descriptionSchema = z.object({
  estate: estateSchema,
  trust: trustSchema,
  link: linkSchema,
  /** To one that joins in the place of a headquarters that is lost: what was there comes back by a restore. */
  isReadmission: z.boolean().optional(),
});
export type Description = z.infer<typeof descriptionSchema>;
