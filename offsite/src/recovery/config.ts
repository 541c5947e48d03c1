import { readFile } from 'node:fs/promises';
import { compartmentNameSchema, verifyingKeySchema } from '@bulkhead/contracts';
import { EstateError, jsonText } from '@bulkhead/kernel';
import { z } from 'zod';

const path = (example: string) => z.string().startsWith('/', 'must be an absolute path').max(4096).meta({ example });
const socket = (name: string) => path(`/run/bulkhead/offsite/${name}.sock`);
const secret = () => z.string().min(16, 'must be at least 16 characters').max(500).meta({ example: '(random characters)' });

const ms = (usual: number) => z.number().int().min(0).max(86_400_000).default(usual);
const patienceSchema = z.strictObject({
  restoreMs: ms(7_200_000),
  swapMs: ms(7_200_000),
  streamMs: ms(180_000),
  standbyMs: ms(5000),
  appliedMs: ms(180_000),
  failingMs: ms(15_000),
  historyMs: ms(300_000),
  replayMs: ms(120_000),
  probeMs: ms(60_000),
  needsMs: ms(900_000),
  retryMs: ms(90_000),
});

export const configSchema = z.object({
  ESTATE_FILE: path('/etc/bulkhead/estate.json'),
  TRUST_FILE: path('/var/lib/bulkhead/offsite/trust.json'),
  SIGNING_KEY_FILE: path('/var/lib/bulkhead/offsite/secrets/order-key.json'),
  HQ_SOCKET: socket('recovery'),
  HQ_SECRET: secret(),
  DESK_SOCKET: socket('desk'),
  DESK_SECRET: secret(),
  INTERNAL_SOCKET: socket('findings'),
  INTERNAL_SECRET: secret(),
  RECEIVER_SOCKET: socket('receiver'),
  RECEIVER_SECRET: secret(),
  LEDGER_SOCKET: socket('ledger'),
  LEDGER_SECRET: secret(),
  VAULT_SOCKET: socket('vault'),
  VAULT_SECRET: secret(),
  PUBLISHER_SOCKET: socket('publisher-control'),
  PUBLISHER_SECRET: secret(),
  HISTORY_SOCKET: socket('history'),
  HISTORY_SECRET: secret(),
  STATUS_SOCKET: socket('status'),
  STATUS_SECRET: secret(),
  SUPERVISOR_SOCKET: socket('supervisor'),
  SUPERVISOR_SECRET: secret(),
  /** Control sockets of the standbys. */
  JAILS_JSON: jsonText(z.record(compartmentNameSchema, z.object({ socket: z.string().max(200), secret: z.string().max(500) })))
    .default({})
    .meta({ example: '{"website":{"socket":"/run/bulkhead/offsite/standby-website.sock","secret":"…"}}' }),
  /** Who stands in for headquarters when it is lost: its secret here, its public keys, and where its databases have their sockets. */
  STAND_IN_JSON: jsonText(
    z.object({
      secret: z.string().min(32).max(500),
      jobKey: verifyingKeySchema,
      sockets: z.string().startsWith('/').max(90),
      homeSockets: z.string().startsWith('/').max(90),
    }),
  )
    .optional()
    .meta({
      example:
        '{"secret":"…","jobKey":{"keyId":"stand-in-jobs-1a2b3c4d","publicKey":"…"},"sockets":"/run/bulkhead/stand-in/hq","homeSockets":"/run/bulkhead/hq"}',
    }),
  /** The reading room, in an estate that has one. */
  READING_ROOM_SOCKET: path('/run/bulkhead/offsite/internal/reading-room/reading-room.sock').optional(),
  READING_ROOM_SECRET: z.string().min(16).max(500).optional(),
  DATABASE_SOCKET_DIRECTORY: path('/run/bulkhead/offsite/database'),
  DATABASE_NAME: z.string().min(1).max(63).meta({ example: 'recovery' }),
  DATABASE_ROLE: z.string().min(1).max(63).meta({ example: 'recovery' }),
  DATABASE_PASSWORD: z.string().min(1).max(500),
  /** How long steps of a recovery wait for others, in milliseconds; what is left out stays as usual. */
  PATIENCE_JSON: jsonText(patienceSchema).default(patienceSchema.parse({})).meta({ example: '{"restoreMs":7200000}' }),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
});
export type RecoveryConfig = Readonly<z.infer<typeof configSchema>>;

/**
 * Reads a JSON file that the configuration names.
 * @throws EstateError `config.invalid`, naming the variable and the file
 */
export async function readNamedFile<Schema extends z.ZodType>(
  variable: string,
  file: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new EstateError('config.invalid', `reading ${variable}: ${file} cannot be read`, { cause });
  });
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    // A fault's text may quote a key: only its kind is kept.
    const kind = cause instanceof z.ZodError ? cause.issues.map((issue) => issue.path.join('.')).join(', ') : 'it is not JSON';
    throw new EstateError('config.invalid', `reading ${variable}: ${file} has another form (${kind})`);
  }
}
