import { z } from 'zod';
import { compartmentNameSchema, instantSchema, sixLanguagesSchema } from './name.ts';
import { publicStateSchema } from './state.ts';

/** A numbered, dated notice; never edited, only followed by another. */
export const noticeSchema = z.object({
  number: z.number().int().positive(),
  at: instantSchema,
  compartment: compartmentNameSchema.nullable(),
  kind: z.enum(['contained', 'being-restored', 'read-only', 'reopened', 'unprotected', 'protected-again', 'correction']),
  /** Names (in six languages) of the compartments that are not affected. */
  unaffected: z.array(compartmentNameSchema),
  nextUpdateAt: instantSchema.nullable(),
});
export type Notice = z.infer<typeof noticeSchema>;

/** All that the status page is made of; POST /facts to the status process replaces the last. */
export const publicStatusSchema = z.object({
  organisation: z.string(),
  isSample: z.boolean(),
  at: instantSchema,
  compartments: z.array(
    z.object({
      name: compartmentNameSchema,
      title: sixLanguagesSchema,
      state: publicStateSchema,
      sinceAt: instantSchema,
      nextUpdateAt: instantSchema.nullable(),
      /** Public pages stay readable from the signed edition. */
      readable: z.boolean(),
      lastProbeAt: instantSchema.nullable(),
      lastRestoreAt: instantSchema.nullable(),
    }),
  ),
  notices: z.array(noticeSchema).max(10_000),
  /** Headquarters is lost: off-site runs the compartments itself, at these addresses. */
  secondSite: z
    .object({
      sinceAt: instantSchema,
      addresses: z.array(z.object({ title: sixLanguagesSchema, url: z.url().max(300) })).max(500),
    })
    .optional(),
  /** Public pages that can be read off-site, while they may be out of reach at the first site. */
  publicReading: z
    .object({ addresses: z.array(z.object({ title: sixLanguagesSchema, url: z.url().max(300) })).max(500) })
    .optional(),
});
export type PublicStatus = z.infer<typeof publicStatusSchema>;
