import { linkSettingsSchema, servicesSchema } from '@bulkhead/link';
import type { z } from 'zod';

export const configSchema = linkSettingsSchema.extend({
  /** What off-site may reach here. */
  OFFERS_JSON: servicesSchema.meta({ example: '{"website-pg":"/run/bulkhead/hq/website-pg/.s.PGSQL.5432"}' }),
});
export type Config = Readonly<z.infer<typeof configSchema>>;
