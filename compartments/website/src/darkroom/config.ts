import { z } from 'zod';

/** The environment of this process: a socket, the secret of who may ask, and nothing else. */
export const configSchema = z.object({
  SOCKET: z.string().startsWith('/').meta({ example: '/run/bulkhead/hq/website-darkroom/darkroom.sock' }),
  SECRET: z.string().min(32),
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});
export type Config = Readonly<z.infer<typeof configSchema>>;
