import { mailRelaySchema } from '@bulkhead/contracts';
import { jsonText } from '@bulkhead/kernel';
import { z } from 'zod';

/** The environment of this process. */
export const configSchema = z.object({
  SOCKET: z.string().startsWith('/').meta({ example: '/run/bulkhead/hq/identity.sock' }),
  MODE: z.enum(['open', 'read-only']).meta({ example: 'open' }),
  ESTATE_FILE: z.string().meta({ example: '/etc/bulkhead/estate.json' }),
  TRUST_FILE: z.string().meta({ example: '/etc/bulkhead/trust.json' }),
  INTERNAL_SECRET: z.string().min(32),
  DATABASE_SOCKET_DIRECTORY: z.string().startsWith('/').meta({ example: '/run/bulkhead/hq/identity-pg' }),
  DATABASE_NAME: z.string().meta({ example: 'identity' }),
  DATABASE_ROLE: z.string().meta({ example: 'identity_app' }),
  DATABASE_PASSWORD: z.string(),
  /** The token under which the first accounts are added; without it none are. */
  JOB_TOKEN: z.string().optional(),
  /** 64 hexadecimal digits with which waiting letters are sealed; drawn anew at each start unless told. */
  SEALING_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** The mail relay (mailRelaySchema); without it letters wait. */
  MAIL_JSON: jsonText(mailRelaySchema).optional(),
  /** Why the relay that the estate names cannot be used. */
  MAIL_FAULT: z.string().max(500).optional(),
  BULKHEAD_SUPERVISED: z.literal('1').optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});
export type Config = Readonly<z.infer<typeof configSchema>>;
