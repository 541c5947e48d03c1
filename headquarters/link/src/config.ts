import { wholeNumber } from '@bulkhead/kernel';
import { serviceSchema } from '@bulkhead/link';
import { z } from 'zod';

const pathSchema = z.string().startsWith('/', 'must be an absolute path').max(400);
const servicesSchema = z
  .string()
  .max(100_000)
  .transform((text) => JSON.parse(text))
  .pipe(z.record(serviceSchema, pathSchema));

export const configSchema = z.object({
  /** The key of this site and what it knows of the other. */
  DIRECTORY: pathSchema.meta({ example: '/var/lib/bulkhead/headquarters/link' }),
  /** Where off-site listens. */
  HOST: z.string().min(1).max(253).meta({ example: 'offsite.example.org' }),
  PORT: wholeNumber(1, 65_535).meta({ example: '8600' }),
  /** What off-site serves, and where its sockets stand here. */
  CALLS_JSON: servicesSchema.meta({ example: '{"vault":"/run/bulkhead/offsite/vault.sock"}' }),
  /** What off-site may reach here. */
  OFFERS_JSON: servicesSchema.meta({ example: '{"website-pg":"/run/bulkhead/hq/website-pg/.s.PGSQL.5432"}' }),
  CONTROL_SOCKET: pathSchema.meta({ example: '/run/bulkhead/hq/link/control.sock' }),
  CONTROL_SECRET: z.string().min(32),
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
export type Config = Readonly<z.infer<typeof configSchema>>;
