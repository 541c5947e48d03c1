import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { addressSchema, instantSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import { writeJson } from './file.ts';
import { type EstatePaths, filesOf, SITES, type SiteName } from './paths.ts';

const offsiteSchema = z.object({
  site: z.literal('offsite'),
  /** Where headquarters connects to, and where off-site listens for it. */
  address: addressSchema,
  listen: addressSchema,
  /** Where off-site's probes reach the gateway; told by headquarters when it joined. */
  gateway: addressSchema.nullable(),
  joinedAt: instantSchema.nullable(),
});
const headquartersSchema = z.object({
  site: z.literal('headquarters'),
  /** Where off-site's probes reach the gateway. */
  gateway: addressSchema,
  /** Where off-site listens; told by the one-time code. */
  offsite: addressSchema.nullable(),
  joinedAt: instantSchema.nullable(),
});
const placingSchema = z.discriminatedUnion('site', [offsiteSchema, headquartersSchema]);

export type OffsitePlacing = z.infer<typeof offsiteSchema>;
export type HeadquartersPlacing = z.infer<typeof headquartersSchema>;
/** Which site an installation is, when the other is on another host. */
export type Placing = z.infer<typeof placingSchema>;

export const SHOWN: Record<SiteName, string> = { headquarters: 'headquarters', offsite: 'off-site' };

/** Which site this installation is; undefined where both sites are on this machine. */
export async function findPlacing(paths: EstatePaths): Promise<Placing | undefined> {
  const { placing } = filesOf(paths);
  if (!existsSync(placing)) return undefined;
  return placingSchema.parse(JSON.parse(await readFile(placing, 'utf8')));
}

export async function notePlacing(paths: EstatePaths, placing: Placing): Promise<void> {
  await writeJson(filesOf(paths).placing, placing, 0o644);
}

/**
 * The sites that can be started here, of those that were asked for.
 * @throws EstateError `site.elsewhere`, `site.wrong_state` before the sites are joined
 */
export function startableSites(placing: Placing | undefined, wanted: readonly SiteName[]): readonly SiteName[] {
  if (placing === undefined) return wanted;
  const isAll = wanted.length === SITES.length;
  if (!isAll && !wanted.includes(placing.site))
    throw new EstateError(
      'site.elsewhere',
      `starting ${wanted.map((name) => SHOWN[name]).join(', ')}: this installation is ${SHOWN[placing.site]}; start the other on its own host`,
    );
  if (placing.joinedAt === null)
    throw new EstateError(
      'site.wrong_state',
      `starting ${SHOWN[placing.site]}: the sites are not joined yet; ${placing.site === 'offsite' ? 'give "bulkhead site invite" here' : 'give "bulkhead site join <code>" here, with the code that "bulkhead site invite" prints off-site'}`,
    );
  return [placing.site];
}
