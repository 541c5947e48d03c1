import { z } from 'zod';
import { compartmentNameSchema, instantSchema, sixLanguagesSchema } from './name.ts';

/** Where the names of public pages lead, as far as off-site moved them. */
export const NAME_WAYS = ['away', 'home'] as const;
export type NameWay = (typeof NAME_WAYS)[number];

/** GET /public-reading of the desk: what can be read off-site, and whether it is needed now. */
export const publicReadingSchema = z.object({
  /** Null without a reading room. */
  room: z
    .object({
      /** Whether it answers on its socket. */
      isUp: z.boolean(),
      pages: z
        .array(
          z.object({
            compartment: compartmentNameSchema,
            title: sixLanguagesSchema,
            url: z.url().max(300),
            /** Of the edition that it serves; null before the first. */
            edition: z.number().int().nullable(),
          }),
        )
        .max(200),
    })
    .nullable(),
  /** Compartments with public pages whose manifests do not allow it. */
  notAllowed: z.array(compartmentNameSchema).max(200),
  /** `away`: the names lead to the reading room; the last order, and what the hook said. */
  names: z
    .object({ way: z.enum(NAME_WAYS), sinceAt: instantSchema, by: z.string(), reason: z.string(), told: z.string() })
    .nullable(),
  /** Why reading off-site is needed now; empty if it is not. */
  neededFor: z.array(z.string().max(200)).max(201),
});
export type PublicReading = z.infer<typeof publicReadingSchema>;

/** GET /health of the reading room's socket. */
export const readingRoomHealthSchema = z.object({
  ok: z.literal(true),
  editions: z.record(z.string(), z.number().int().nullable()),
});
