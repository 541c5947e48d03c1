import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { archiveRecipientsSchema, mailSchema, nameHookSchema, vaultTargetSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';

/** What a person can set: in bulkhead.json, or in the environment, which comes first. */
const SETTINGS = {
  organisation: {
    variable: 'BULKHEAD_ORGANISATION',
    example: 'Sample Maritime Organization',
    schema: z.string().min(1).max(200),
  },
  sample: { variable: 'BULKHEAD_SAMPLE', example: 'yes', schema: yesOrNo() },
  domain: {
    variable: 'BULKHEAD_DOMAIN',
    example: 'localhost',
    schema: z
      .string()
      .max(253)
      .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'must be a host name'),
  },
  port: { variable: 'BULKHEAD_PORT', example: '8400', schema: portNumber() },
  statusPort: { variable: 'BULKHEAD_STATUS_PORT', example: '8500', schema: portNumber() },
  listenAddress: {
    variable: 'BULKHEAD_LISTEN_ADDRESS',
    example: '127.0.0.1',
    schema: z.union([z.ipv4(), z.ipv6()], 'must be an IP address'),
  },
  tlsCertificate: { variable: 'BULKHEAD_TLS_CERTIFICATE', example: '/etc/bulkhead/certificate.pem', schema: existingFile() },
  tlsKey: { variable: 'BULKHEAD_TLS_KEY', example: '/etc/bulkhead/key.pem', schema: existingFile() },
  dataDirectory: { variable: 'BULKHEAD_DATA', example: '/var/lib/bulkhead', schema: z.string().min(1).max(400) },
  runtimeDirectory: {
    variable: 'BULKHEAD_RUNTIME',
    example: '/run/bulkhead',
    schema: z.string().min(1).max(50, 'must be at most 50 characters: sockets live below it'),
  },
  leaseSeconds: { variable: 'BULKHEAD_LEASE_SECONDS', example: '30', schema: wholeNumber(2, 3600) },
  drillHours: { variable: 'BULKHEAD_DRILL_HOURS', example: '24', schema: wholeNumber(1, 8760) },
  standIn: {
    variable: 'BULKHEAD_STAND_IN',
    example:
      '{"listenAddress":"203.0.113.9","port":443,"names":{"away":["/usr/local/bin/move-names","off-site"],"home":["/usr/local/bin/move-names","home"]}}',
    schema: secondAddress(),
  },
  readingRoom: {
    variable: 'BULKHEAD_READING_ROOM',
    example:
      '{"listenAddress":"203.0.113.9","port":443,"names":{"away":["/usr/local/bin/move-names","off-site"],"home":["/usr/local/bin/move-names","home"]}}',
    schema: secondAddress(),
  },
  uidBase: { variable: 'BULKHEAD_UID_BASE', example: '64000', schema: wholeNumber(1000, 2_000_000_000) },
  postgres: { variable: 'BULKHEAD_POSTGRES', example: '/usr/lib/postgresql/18', schema: existingDirectory() },
  mail: {
    variable: 'BULKHEAD_MAIL',
    example: '{"host":"relay.example.org","port":465,"security":"tls","from":"no-reply@example.org"}',
    schema: z.preprocess((given) => (typeof given === 'string' ? readJson(given) : given), mailSchema),
  },
  directoryServers: {
    variable: 'BULKHEAD_DIRECTORY_SERVERS',
    example: 'ldap.example.org:636',
    schema: z.preprocess(
      (given) => (typeof given === 'string' ? given.split(',') : given),
      z.array(z.string().regex(/^[a-z0-9.:-]{1,290}:\d{1,5}$/, 'must be hosts with their ports')).max(50),
    ),
  },
  archiveRecipients: {
    variable: 'BULKHEAD_ARCHIVE_RECIPIENTS',
    example: 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
    schema: z.preprocess((given) => (typeof given === 'string' ? given.split(',') : given), archiveRecipientsSchema),
  },
  baseEveryHours: { variable: 'BULKHEAD_BASE_EVERY_HOURS', example: '24', schema: wholeNumber(1, 8760) },
  vaultTarget: {
    variable: 'BULKHEAD_VAULT_TARGET',
    example: '{"kind":"s3","bucket":"example-vault","region":"eu-central-1","credentialsFile":"/etc/bulkhead/s3.json"}',
    schema: z.preprocess((given) => (typeof given === 'string' ? readJson(given) : given), vaultTargetSchema),
  },
  collectEveryHours: { variable: 'BULKHEAD_COLLECT_EVERY_HOURS', example: '168', schema: wholeNumber(1, 8760) },
  collectAfterDays: { variable: 'BULKHEAD_COLLECT_AFTER_DAYS', example: '30', schema: wholeNumber(1, 36_500) },
  compartments: {
    variable: 'BULKHEAD_COMPARTMENTS',
    example: 'identity,website',
    schema: z.preprocess(
      (given) => (typeof given === 'string' ? given.split(',') : given),
      z
        .array(z.string().regex(/^[a-z][a-z0-9-]*$/))
        .min(1)
        .max(200),
    ),
  },
  adopted: {
    variable: 'BULKHEAD_ADOPTED',
    example: '/srv/library/bulkhead.json',
    schema: z.preprocess((given) => (typeof given === 'string' ? given.split(',') : given), z.array(existingFile()).max(100)),
  },
} as const;
type SettingName = keyof typeof SETTINGS;

export type Configuration = { readonly [Name in SettingName]?: z.infer<(typeof SETTINGS)[Name]['schema']> } & {
  readonly file: string | null;
  /** Builds of compartments at headquarters, by name: nobody can set them; exercises do. */
  readonly builds?: Readonly<Record<string, string>>;
};

/** The name under which the configuration file is looked for in the checkout. */
export const CONFIGURATION_FILE = 'bulkhead.json';

/**
 * Reads the configuration: the environment before the file before the defaults. All faults are told at once.
 * @throws EstateError `config.invalid`
 */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>, checkout: string): Configuration {
  const named = environment['BULKHEAD_CONFIG'];
  const file = named ? resolve(named) : resolve(checkout, CONFIGURATION_FILE);
  const given = existsSync(file) ? readFile(file) : missingFile(file, named !== undefined && named !== '');
  const faults = Object.keys(given)
    .filter((name) => !(name in SETTINGS))
    .map((name) => `  ${name} (in ${file}): no such setting; there are ${Object.keys(SETTINGS).join(', ')}`);
  const read: Record<string, unknown> = {};
  for (const [name, { variable, example, schema }] of Object.entries(SETTINGS)) {
    const fromEnvironment = environment[variable];
    const value = fromEnvironment !== undefined && fromEnvironment !== '' ? fromEnvironment : given[name];
    if (value === undefined) continue;
    const parsed = schema.safeParse(value);
    if (parsed.success) read[name] = parsed.data;
    else faults.push(tellFault(name, variable, example, value === fromEnvironment ? 'environment' : file, parsed.error));
  }
  if ((read['tlsCertificate'] === undefined) !== (read['tlsKey'] === undefined))
    faults.push('  tlsCertificate and tlsKey: set both or neither');
  if (faults.length > 0) throw new EstateError('config.invalid', `reading the configuration:\n${faults.join('\n')}`);
  return { ...read, file: existsSync(file) ? file : null };
}

/** Where off-site answers people: the stand-in, the reading room. */
function secondAddress() {
  return z.preprocess(
    (given) => (typeof given === 'string' ? readJson(given) : given),
    z.strictObject(
      {
        listenAddress: z.union([z.ipv4(), z.ipv6()], 'listenAddress must be an IP address').optional(),
        port: portNumber().optional(),
        tlsCertificate: existingFile().optional(),
        tlsKey: existingFile().optional(),
        names: nameHookSchema.optional(),
      },
      'must be an object with listenAddress, port, tlsCertificate, tlsKey, names',
    ),
  );
}

function tellFault(name: string, variable: string, example: string, where: string, error: z.ZodError): string {
  const [issue] = error.issues;
  const part = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
  const what = `${part}${issue?.message ?? 'not valid'}`;
  return where === 'environment'
    ? `  ${variable} (in the environment): ${what}; for example ${variable}=${example}`
    : `  ${name} (in ${where}): ${what}; for example "${name}": ${JSON.stringify(example)}`;
}

function readFile(file: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? cause.message : 'its content must be a JSON object';
    throw new EstateError('config.invalid', `reading the configuration file ${file}: ${why}`, { cause });
  }
}

function missingFile(file: string, wasNamed: boolean): Record<string, unknown> {
  if (wasNamed)
    throw new EstateError('config.invalid', `reading the configuration: BULKHEAD_CONFIG names ${file}, which does not exist`);
  return {};
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses the text and tells what was meant.
    return text;
  }
}

function portNumber() {
  return wholeNumber(1, 65_535);
}

function wholeNumber(min: number, max: number) {
  return z.coerce
    .number(`must be a whole number from ${min} to ${max}`)
    .int(`must be a whole number from ${min} to ${max}`)
    .min(min, `must be ${min} or more`)
    .max(max, `must be ${max} or less`);
}

function yesOrNo() {
  return z
    .union([z.boolean(), z.enum(['yes', 'no', 'true', 'false'])], 'must be yes or no')
    .transform((value) => value === true || value === 'yes' || value === 'true');
}

function existingFile() {
  return z
    .string()
    .refine((path) => isAbsolute(path), 'must be an absolute path')
    .refine((path) => existsSync(path), 'names a file that does not exist');
}

function existingDirectory() {
  return existingFile();
}
