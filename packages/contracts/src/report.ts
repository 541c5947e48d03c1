import { z } from 'zod';
import { compartmentNameSchema, instantSchema, sha256Schema } from './name.ts';
import { compartmentStateSchema } from './state.ts';

/** What a part of headquarters tells off-site after it carried out an order, POST /applied. */
export const appliedSchema = z.object({
  compartment: compartmentNameSchema,
  epoch: z.number().int().min(0),
  state: compartmentStateSchema,
  part: z.enum(['gateway', 'supervisor']),
  ok: z.boolean(),
  detail: z.string().max(1000),
  at: instantSchema,
  /** What the supervisor saw of the closed hole when it opened a restored compartment. */
  closure: z
    .object({
      /** Passwords from before the restore, tried against the restored database, and how many it refused. */
      passwordsTried: z.number().int().min(0),
      passwordsRefused: z.number().int().min(0),
      /** Tokens signed with the gateway's key from before, held against the restored compartment; none where no key was replaced. */
      tokens: z.object({ tried: z.number().int().min(0), refused: z.number().int().min(0) }).optional(),
      /** Digest of the files that run, if an order named a build. */
      build: sha256Schema.nullable(),
    })
    .optional(),
});
export type Applied = z.infer<typeof appliedSchema>;

/** A time in which commits were acknowledged at headquarters alone, POST /windows. */
export const protectionWindowSchema = z.object({
  compartment: compartmentNameSchema,
  fromAt: instantSchema,
  toAt: instantSchema.nullable(),
  reason: z.string().max(500),
});
export type ProtectionWindow = z.infer<typeof protectionWindowSchema>;

/** One process as its supervisor sees it. */
export const processStatusSchema = z.object({
  name: z.string(),
  state: z.enum(['starting', 'running', 'unhealthy', 'backing-off', 'stopped', 'failed']),
  pid: z.number().int().nullable(),
  uid: z.number().int().nullable(),
  restarts: z.number().int(),
  startedAt: instantSchema.nullable(),
  memoryBytes: z.number().nullable(),
  cpuPercent: z.number().nullable(),
  detail: z.string().nullable(),
});
export type ProcessStatus = z.infer<typeof processStatusSchema>;

/** GET /status of either supervisor. */
export const siteStatusSchema = z.object({
  site: z.enum(['headquarters', 'offsite']),
  ready: z.boolean(),
  processes: z.array(processStatusSchema),
  compartments: z.array(
    z.object({
      name: compartmentNameSchema,
      state: compartmentStateSchema,
      epoch: z.number().int().min(0),
      /** Whether acknowledged writes exist off-site, as headquarters knows it. */
      protection: z.enum(['protected', 'unprotected', 'not writing']),
      detail: z.string().nullable(),
    }),
  ),
  /** Which boundary between processes is real in this run. */
  boundary: z.enum(['api', 'uid']),
  /** Whether databases that hold what others wrote stand in mount and network namespaces of their own. */
  isolation: z.enum(['namespaces', 'simulated']),
});
export type SiteStatus = z.infer<typeof siteStatusSchema>;
