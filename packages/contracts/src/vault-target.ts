import { z } from 'zod';

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?\/?$/;

/** Where the vault lays its blobs: a disk of off-site, or a bucket of an S3 service. */
export const vaultTargetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('disk') }),
  z.strictObject({
    kind: z.literal('s3'),
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket'),
    region: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, 'must be a region such as eu-central-1')
      .default('us-east-1'),
    /** Of a service other than Amazon's own. */
    endpoint: z
      .url('must be an address such as https://s3.example.org')
      .max(300)
      .refine(
        (url) => url.startsWith('https://') || LOOPBACK.test(url),
        'must begin with https:// (http:// only on this machine)',
      )
      .optional(),
    /** Objects of the vault begin with it; other objects of the bucket are left alone. */
    prefix: z
      .string()
      .regex(/^([a-z0-9][a-z0-9._-]{0,60}\/){0,5}$/, 'must end in a slash, as "bulkhead/"')
      .default(''),
    /** JSON at off-site: `{"accessKeyId": "…", "secretAccessKey": "…"}`. */
    credentialsFile: z.string().startsWith('/', 'must be an absolute path').max(400),
    /** Object Lock in compliance mode for so many days: nobody, not even off-site, can delete or change a blob meanwhile. 0: none. */
    lockDays: z.number().int().min(0).max(36_500).default(30),
    /** Off only for a service that does not know conditional writes: the vault must then be the only writer. */
    conditionalPut: z.boolean().default(true),
  }),
]);
export type VaultTargetSettings = z.infer<typeof vaultTargetSchema>;
export type S3Settings = Extract<VaultTargetSettings, { readonly kind: 's3' }>;
