import { z } from 'zod';
import { publicPathSchema } from './edition.ts';

/** Extensions of PostgreSQL that a database of ours may have. */
export const EXTENSIONS = ['btree_gist', 'citext', 'pg_trgm', 'pgcrypto', 'unaccent'] as const;

/** What may stand between braces in a command or an environment value, and what the supervisor puts there. */
export const PLACEHOLDERS = {
  node: 'the Node.js binary of the estate',
  application: 'the directory in which the manifest lies',
  data: 'a directory of its own for files; not kept off-site',
  origin: 'the public address of its first origin',
  socket: 'the unix socket on which it must listen',
  port: 'the port of 127.0.0.1 on which it must listen',
  secret: 'a secret drawn anew at each start',
  'database-url': 'a postgresql:// address with everything in it',
  'database-host': 'the directory of the database socket',
  'database-port': 'the number in the name of the database socket',
  'database-name': 'the database',
  'database-user': 'the role that owns the database',
  'database-password': 'its password, drawn anew at each start',
} as const;
export type Placeholder = keyof typeof PLACEHOLDERS;

const SECRETS: ReadonlySet<string> = new Set<Placeholder>(['secret', 'database-url', 'database-password']);

const templateSchema = z
  .string()
  .max(2000)
  .regex(/^[^\0\r\n]*$/, 'must be one line');
const pathPrefixSchema = z
  .string()
  .max(500)
  .regex(/^\/[A-Za-z0-9._~/-]*$/, 'must begin with / and hold plain characters');

export const frozenSchema = z.strictObject({
  /** The origin (`host`) whose pages are copied. */
  origin: z.string(),
  /** Where a copy begins: each of these must answer, or the last good copy stays. */
  paths: z.array(publicPathSchema).min(1).max(1000),
  /** Links are followed to addresses that begin with one of these; styles and pictures of a page always come with it. */
  follow: z.array(pathPrefixSchema).max(100).default([]),
  /** Never asked for, even if a page names it. */
  never: z.array(pathPrefixSchema).max(100).default([]),
  /** Nor what ends so: forms, exports. */
  neverEnding: z
    .array(z.string().regex(/^[A-Za-z0-9._~/-]{1,100}$/, 'must be plain characters'))
    .max(100)
    .default([]),
  /** It writes its pages in the language that `?lang=` names: a copy has each in all six. */
  languages: z.literal(true).optional(),
  everySeconds: z.number().int().min(1).max(86_400).default(300),
  /** The most of one copy: files, bytes in all, links from a first page, seconds. */
  files: z.number().int().min(1).max(50_000).default(500),
  bytes: z.number().int().min(1024).max(536_870_912).default(67_108_864),
  depth: z.number().int().min(0).max(20).default(4),
  seconds: z.number().int().min(1).max(600).default(60),
});

/** An application that knows nothing of us: how it is started, how it is reached, what of it is copied. */
export const adoptedSchema = z.strictObject({
  /** A program and its arguments; no shell reads them. */
  command: z.array(templateSchema.min(1)).min(1).max(64),
  /** Its whole environment, apart from PATH, HOME, LANG and PWD. */
  environment: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be the name of a variable'), templateSchema),
  listens: z.union([z.literal('socket'), z.strictObject({ port: z.number().int().min(1024).max(65_535) })]),
  /** A GET that answers below 400 once it can serve. */
  health: publicPathSchema,
  /** The largest JavaScript heap, where the command begins with {node}. */
  memoryMb: z.number().int().min(32).max(16_384).default(256),
  /** Between SIGTERM and SIGKILL. */
  stopSeconds: z.number().int().min(1).max(60).default(5),
  /** Level L1: a PostgreSQL of ours, whose owner it is. */
  database: z
    .strictObject({
      connections: z.number().int().min(1).max(12).default(10),
      extensions: z.array(z.enum(EXTENSIONS)).max(EXTENSIONS.length).default([]),
      /** Tables of schema public that are compared for the second operator of a restore. */
      tables: z
        .array(z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/))
        .max(1000)
        .default([]),
    })
    .optional(),
  /** It starts, and answers reads, with a role that may only read. If not, it is closed whenever others would be read-only. */
  runsReadOnly: z.boolean().default(false),
  /** Writes are let through only from pages of the same origin. */
  sameOriginWrites: z.boolean().default(false),
  maxBodyBytes: z.number().int().min(0).max(2_147_483_648).default(10_485_760),
  /** Requests a minute from one address; the gateway's defaults otherwise. */
  perMinute: z.number().int().min(1).max(100_000).optional(),
  /** Addresses that are WebSockets. */
  webSockets: z.array(pathPrefixSchema).max(100).default([]),
  /** Public pages that stay readable, as a copy, while it is closed. */
  frozen: frozenSchema.optional(),
  /** Further sentences for operators: what whoever adopted it knows that nobody can promise. */
  notPromised: z.array(z.string().min(3).max(300)).max(50).default([]),
});
export type Adopted = z.infer<typeof adoptedSchema>;
export type Frozen = z.infer<typeof frozenSchema>;

/** Whether off-site keeps a copy of the rows: streams, standby, archive, restore. Level L0 has none. */
export function hasCluster(manifest: { readonly level: string }): boolean {
  return manifest.level !== 'L0';
}

/** Whether each write carries a token of who asked for it: what history, receipts and undo rest on. */
export function hasProvenance(manifest: { readonly level: string }): boolean {
  return manifest.level === 'native' || manifest.level === 'L2';
}

/** What is wrong with an adopted application's part of a manifest, beyond its form. */
export function listAdoptionFaults(level: string, adopted: Adopted, hosts: readonly string[]): string[] {
  const templates = [
    ...adopted.command.map((text, at) => [`command[${at}]`, text] as const),
    ...Object.entries(adopted.environment).map(([name, text]) => [`environment.${name}`, text] as const),
  ];
  const used = new Set(templates.flatMap(([, text]) => placeholdersIn(text)));
  const faults = templates.flatMap(([where, text]) =>
    placeholdersIn(text)
      .filter((name) => !(name in PLACEHOLDERS))
      .map((name) => `adopted.${where}: {${name}} is unknown; there are ${Object.keys(PLACEHOLDERS).join(', ')}`),
  );
  const shown = adopted.command.flatMap((text, at) =>
    placeholdersIn(text)
      .filter((name) => SECRETS.has(name))
      .map(
        (name) => `adopted.command[${at}]: {${name}} would be seen by every program of the machine; give it in the environment`,
      ),
  );
  faults.push(...shown);
  const isOnSocket = adopted.listens === 'socket';
  if (isOnSocket && !used.has('socket')) faults.push('adopted: it listens on a socket, but nothing gives it {socket}');
  if (isOnSocket && used.has('port')) faults.push('adopted: it listens on a socket and has no {port}');
  if (!isOnSocket && !used.has('port')) faults.push('adopted: it listens on a port, but nothing gives it {port}');
  if (!isOnSocket && used.has('socket')) faults.push('adopted: it listens on a port and has no {socket}');
  const wantsDatabase = [...used].some((name) => name.startsWith('database-'));
  if (level === 'L1' && !adopted.database)
    faults.push('adopted.database: level L1 is about a PostgreSQL of ours; declare it, or choose L0');
  if (level === 'L1' && !wantsDatabase)
    faults.push('adopted: level L1, but nothing gives it its database, such as {database-url}');
  if (level === 'L0' && adopted.database) faults.push('adopted.database: level L0 has none of ours; choose L1');
  if (level === 'L0' && wantsDatabase) faults.push('adopted: level L0 has no database of ours to give; choose L1');
  if (level === 'L0' && adopted.runsReadOnly)
    faults.push('adopted.runsReadOnly: without a database of ours nothing keeps it from writing');
  return [...faults, ...listFrozenFaults('adopted.frozen', adopted.frozen, hosts)];
}

/** What is wrong with what a manifest says of a frozen copy. */
export function listFrozenFaults(where: string, frozen: Frozen | undefined, hosts: readonly string[]): string[] {
  if (!frozen) return [];
  const never = frozen.paths.filter(
    (path) =>
      frozen.never.some((prefix) => path.startsWith(prefix)) || frozen.neverEnding.some((ending) => path.endsWith(ending)),
  );
  return [
    ...(hosts.includes(frozen.origin) ? [] : [`${where}: origin "${frozen.origin}" is not among ${hosts.join(', ')}`]),
    ...never.map((path) => `${where}: ${path} stands in paths and is excluded by never`),
    ...(frozen.paths.length > frozen.files ? [`${where}: more paths than files allowed`] : []),
  ];
}

/** The names between braces in a template. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(/\{([a-z-]+)\}/g)].map((match) => match[1] ?? '');
}

/** What operators must know that the estate does not do for this application, a sentence each; none for native compartments. */
export function listNotPromised(manifest: { readonly level: string; readonly adopted?: Adopted | undefined }): string[] {
  const { adopted } = manifest;
  if (!adopted) return [];
  return [
    hasCluster(manifest)
      ? 'Who changed which row is not known: no provenance, no history, no undo; a restore goes back to a moment.'
      : 'Its data are not kept off-site and cannot be restored from here: its own backup has to.',
    'Its accounts, sessions and secrets are its own: a seal cuts connections and ends it, but signs nobody out.',
    'Files that it writes are not kept off-site; a restore sets its data directory aside and begins without them.',
    'Only its user keeps it from files and other programs of its machine: no permission model holds it.',
    ...(adopted.frozen
      ? [
          'Frozen pages show what it answered to a stranger, without scripts, forms and addresses with a query; nobody approved them.',
        ]
      : ['While it is closed nothing of it can be read.']),
    ...(adopted.runsReadOnly
      ? []
      : ['It cannot run read-only: it is closed while off-site is out of reach and while it is checked after a restore.']),
    ...(adopted.listens === 'socket' ? [] : ['Every program of its machine can reach its port, past the gateway.']),
    ...adopted.notPromised,
  ];
}
