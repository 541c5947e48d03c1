import { readFile } from 'node:fs/promises';
import {
  compartmentNameSchema,
  type Estate,
  estateSchema,
  type SigningKey,
  signingKeySchema,
  type Trust,
  trustSchema,
} from '@bulkhead/contracts';
import { EstateError, readConfig, wholeNumber } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const path = z.string().min(1).max(4096);
const secret = z.string().min(16).max(200);
const compartmentsSchema = z.record(
  compartmentNameSchema,
  z.object({
    socket: path,
    internalSecret: secret,
    /** Of an adopted application that listens on a port of 127.0.0.1 in the place of its socket. */
    port: z.number().int().min(1).max(65_535).optional(),
  }),
);

const schema = z.object({
  ESTATE_FILE: path.meta({ example: '/var/lib/bulkhead/headquarters/estate.json' }),
  TRUST_FILE: path.meta({ example: '/var/lib/bulkhead/headquarters/trust.json' }),
  SIGNING_KEY_FILE: path.meta({ example: '/var/lib/bulkhead/headquarters/secrets/gateway.json' }),
  COOKIE_KEY_FILE: path.meta({ example: '/var/lib/bulkhead/headquarters/secrets/cookie.key' }),
  STATE_DIRECTORY: path.meta({ example: '/var/lib/bulkhead/headquarters/gateway' }),
  COMPARTMENTS_JSON: z
    .string()
    .max(200_000)
    .meta({ example: '{"website":{"socket":"/run/bulkhead/hq/website.sock","internalSecret":"…"}}' }),
  RECOVERY_SOCKET: path.meta({ example: '/run/bulkhead/offsite/recovery.sock' }),
  RECOVERY_SECRET: secret,
  PUBLISHER_SOCKET: path.meta({ example: '/run/bulkhead/offsite/publisher.sock' }),
  PUBLISHER_SECRET: secret,
  CONTROL_SOCKET: path.meta({ example: '/run/bulkhead/hq/gateway.sock' }),
  CONTROL_SECRET: secret,
  BULKHEAD_SUPERVISED: z.literal('1').optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  HEADERS_MS: wholeNumber(100, 60_000).default(10_000),
  KEEP_ALIVE_MS: wholeNumber(100, 600_000).default(5000),
  IDLE_MS: wholeNumber(1000, 3_600_000).default(120_000),
  REPLY_MS: wholeNumber(100, 600_000).default(60_000),
  BODY_IDLE_MS: wholeNumber(100, 600_000).default(15_000),
  BODY_GRACE_MS: wholeNumber(100, 600_000).default(30_000),
  BODY_BYTES_PER_SECOND: wholeNumber(1, 1_000_000_000).default(16_384),
  CONNECTIONS: wholeNumber(1, 1_000_000).default(10_000),
  CONNECTIONS_PER_ADDRESS: wholeNumber(1, 1_000_000).default(1000),
  READS_PER_MINUTE: wholeNumber(1, 10_000_000).default(6000),
  WRITES_PER_MINUTE: wholeNumber(1, 10_000_000).default(1200),
  EDITION_MEMORY_BYTES: wholeNumber(1, 999_999_999_999).default(268_435_456),
  SPOOL_BYTES: wholeNumber(1, 999_999_999_999).default(8_589_934_592),
  RECEIPT_BYTES: wholeNumber(1, 999_999_999_999).default(268_435_456),
});

/** Everything in numbers that people, disks and clocks are held to. */
export type GatewayLimits = {
  readonly headersMs: number;
  readonly keepAliveMs: number;
  readonly idleMs: number;
  readonly replyMs: number;
  readonly bodyIdleMs: number;
  readonly bodyGraceMs: number;
  readonly bodyBytesPerSecond: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
  readonly readsPerMinute: number;
  readonly writesPerMinute: number;
  readonly editionMemoryBytes: number;
  readonly spoolBytes: number;
  readonly receiptBytes: number;
};

export type GatewayConfig = {
  readonly estate: Estate;
  readonly trust: Trust;
  readonly signingKey: SigningKey;
  readonly cookieKey: Buffer;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null;
  readonly stateDirectory: string;
  readonly compartments: Readonly<
    Record<string, { readonly socket: string; readonly internalSecret: string; readonly port?: number | undefined }>
  >;
  readonly recovery: WirePeer;
  readonly publisher: WirePeer;
  readonly control: { readonly socket: string; readonly secret: string };
  readonly isSupervised: boolean;
  readonly logLevel: string;
  readonly limits: GatewayLimits;
};

/**
 * Reads the environment and the files that it names.
 * @throws EstateError `config.invalid`
 */
export async function readGatewayConfig(environment: Readonly<Record<string, string | undefined>>): Promise<GatewayConfig> {
  const given = readConfig(schema, environment);
  const estate = await readJson('ESTATE_FILE', given.ESTATE_FILE, estateSchema);
  const cookieKey = (await readBytes('COOKIE_KEY_FILE', given.COOKIE_KEY_FILE)).toString('utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(cookieKey))
    throw invalid('COOKIE_KEY_FILE', given.COOKIE_KEY_FILE, 'must hold 64 hexadecimal digits');
  return {
    estate,
    trust: await readJson('TRUST_FILE', given.TRUST_FILE, trustSchema),
    signingKey: await readJson('SIGNING_KEY_FILE', given.SIGNING_KEY_FILE, signingKeySchema),
    cookieKey: Buffer.from(cookieKey, 'hex'),
    tls: await readTls(estate),
    stateDirectory: given.STATE_DIRECTORY,
    compartments: parseJson('COMPARTMENTS_JSON', given.COMPARTMENTS_JSON, compartmentsSchema),
    recovery: { socket: given.RECOVERY_SOCKET, secret: given.RECOVERY_SECRET },
    publisher: { socket: given.PUBLISHER_SOCKET, secret: given.PUBLISHER_SECRET },
    control: { socket: given.CONTROL_SOCKET, secret: given.CONTROL_SECRET },
    isSupervised: given.BULKHEAD_SUPERVISED === '1',
    logLevel: given.LOG_LEVEL,
    limits: toLimits(given),
  };
}

function toLimits(given: z.infer<typeof schema>): GatewayLimits {
  return {
    headersMs: given.HEADERS_MS,
    keepAliveMs: given.KEEP_ALIVE_MS,
    idleMs: given.IDLE_MS,
    replyMs: given.REPLY_MS,
    bodyIdleMs: given.BODY_IDLE_MS,
    bodyGraceMs: given.BODY_GRACE_MS,
    bodyBytesPerSecond: given.BODY_BYTES_PER_SECOND,
    connections: given.CONNECTIONS,
    connectionsPerAddress: given.CONNECTIONS_PER_ADDRESS,
    readsPerMinute: given.READS_PER_MINUTE,
    writesPerMinute: given.WRITES_PER_MINUTE,
    editionMemoryBytes: given.EDITION_MEMORY_BYTES,
    spoolBytes: given.SPOOL_BYTES,
    receiptBytes: given.RECEIPT_BYTES,
  };
}

async function readTls(estate: Estate): Promise<{ readonly cert: Buffer; readonly key: Buffer } | null> {
  if (!estate.tls) return null;
  const cert = await readBytes('tls.certificateFile', estate.tls.certificateFile);
  return { cert, key: await readBytes('tls.keyFile', estate.tls.keyFile) };
}

async function readBytes(name: string, file: string): Promise<Buffer> {
  return readFile(file).catch((cause: unknown) => {
    throw invalid(name, file, 'cannot be read', cause);
  });
}

async function readJson<Schema extends z.ZodType>(name: string, file: string, shape: Schema): Promise<z.infer<Schema>> {
  return parseJson(`${name} (${file})`, (await readBytes(name, file)).toString('utf8'), shape);
}

function parseJson<Schema extends z.ZodType>(name: string, text: string, shape: Schema): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new EstateError('config.invalid', `reading the configuration: ${name} is not JSON`, { cause });
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new EstateError('config.invalid', `reading the configuration: ${name}:\n${z.prettifyError(parsed.error)}`);
}

function invalid(name: string, file: string, what: string, cause?: unknown): EstateError {
  return new EstateError('config.invalid', `reading the configuration: ${name}=${file} ${what}`, { cause });
}
