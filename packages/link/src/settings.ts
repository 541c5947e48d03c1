import { jsonText, wholeNumber } from '@bulkhead/kernel';
import { z } from 'zod';
import { serviceSchema } from './wire/frame.rules.ts';

const pathSchema = z.string().startsWith('/', 'must be an absolute path').max(400);

/** A JSON object of services, each with the socket at which it stands here. */
export const servicesSchema = jsonText(z.record(serviceSchema, pathSchema));

/** What both ends' processes are told; each adds the services that it has. */
export const linkSettingsSchema = z.object({
  /** The key of this site and what it knows of the other. */
  DIRECTORY: pathSchema.meta({ example: '/var/lib/bulkhead/headquarters/link' }),
  /** Where off-site listens; headquarters connects to it. */
  HOST: z.string().min(1).max(253).meta({ example: 'offsite.example.org' }),
  PORT: wholeNumber(1, 65_535).meta({ example: '8600' }),
  /** What headquarters may call off-site, and where its sockets stand here. */
  CALLS_JSON: servicesSchema.meta({ example: '{"vault":"/run/bulkhead/offsite/vault.sock"}' }),
  CONTROL_SOCKET: pathSchema.meta({ example: '/run/bulkhead/hq/link/control.sock' }),
  CONTROL_SECRET: z.string().min(32),
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
