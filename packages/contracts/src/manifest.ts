import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import {
  type Adopted,
  adoptedSchema,
  EXTENSIONS,
  type Frozen,
  frozenSchema,
  listAdoptionFaults,
  listFrozenFaults,
} from './adoption.ts';
import { FINDING_RULES, type FindingRule } from './finding.ts';
import { compartmentNameSchema, sixLanguagesSchema } from './name.ts';
import { mergeClassSchema } from './repair.ts';

const identifierSchema = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be an SQL name in snake_case');

const originSchema = z.object({
  /** The first label of the host name: `www` gives http://www.localhost:8400. */
  host: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
  /** `public` serves the signed edition and needs no session; `staff` always passes through to the compartment. */
  kind: z.enum(['public', 'staff']),
  title: sixLanguagesSchema,
});

const routeSchema = z.object({
  /** A noun and a verb, such as `article.approve`; unique in the manifest; stands in tokens and receipts. */
  id: z.string().regex(/^[a-z][a-z-]*(\.[a-z][a-z-]*)+$/),
  /** Origin (`host`) at which the route answers. */
  origin: z.string(),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  /** Literal segments and `:parameters`, such as /articles/:id/approve/:digest. No wildcard. */
  path: z.string().regex(/^(\/|(\/(:[a-z][A-Za-z]*|[A-Za-z0-9._-]+))+)$/),
  /** Roles of which one is needed; an empty list lets anybody in, signed in or not; `signed-in` any session. */
  roles: z.array(z.string().regex(/^[a-z][a-z-]*$/)),
  /** Tables that the route may write; empty for routes that only read. */
  writes: z.array(identifierSchema),
  /** The largest body in bytes; 0 for none. Above 1 MiB the gateway spools it to disk. */
  maxBodyBytes: z.number().int().min(0).max(2_147_483_648),
  /** The route is a WebSocket (an upgraded GET). */
  webSocket: z.boolean().optional(),
  /**
   * Who asks; `people` unless told. `software` brings no session of a browser: no cookie is looked at and no origin compared; it
   * presents a personal API token, or a credential that the compartment itself judges. `any` takes people, and API tokens.
   */
  callers: z.enum(['people', 'software', 'any']).optional(),
  /** The compartment learns by which browser it is asked, signed in or not: a hash of a cookie that only the gateway sees. */
  bindsBrowser: z.literal(true).optional(),
  /** A dangerous act: the gateway lets only sessions pass whose person proved in the last minutes who they are. */
  fresh: z.literal(true).optional(),
  /** At an origin with an edition: the published page that people are led to while the compartment answers nothing. */
  resting: z
    .string()
    .regex(/^(\/(:[a-z][A-Za-z]*|[A-Za-z0-9._-]+))+$/)
    .optional(),
  /** Requests a minute from one address (or account); the gateway's default otherwise. */
  perMinute: z.number().int().min(1).max(100_000).optional(),
  /**
   * Rows that one transaction of this route may write before a person should look, where it is more than the manifest's `massRows`: imports.
   * Of rows that stood before it may change no more than any other route.
   */
  massRows: z.number().int().min(10).max(1_000_000).optional(),
  /** Whatever this route does when it does not refuse is a finding of this rule: the gateway raises it. */
  raises: z.enum(Object.keys(FINDING_RULES) as [FindingRule, ...FindingRule[]]).optional(),
});

const jobSchema = z.object({
  id: z.string().regex(/^job:[a-z][a-z.-]*$/),
  writes: z.array(identifierSchema),
  /** Headquarters' supervisor asks for it so often while the compartment is open: POST /.bulkhead/jobs/<id without "job:">. */
  everySeconds: z.number().int().min(1).max(86_400).optional(),
});

const workerSchema = z.strictObject({
  /** Names its process, `website-darkroom`, and its variables, `DARKROOM_SOCKET` and `DARKROOM_SECRET`. */
  name: z.string().regex(/^[a-z]{2,20}$/),
  /** Its main.ts, below the compartment's directory. */
  entry: z.string().regex(/^src\/[a-z-]+\/main\.ts$/),
  /** Libraries that are not JavaScript: only here, where there is no file, no database and no secret but its own. */
  addons: z.boolean(),
  /** The largest JavaScript heap. */
  memoryMb: z.number().int().min(64).max(2048),
});

const checkSchema = z.object({
  /** A sentence about the world, such as "every published version has two approvals". */
  name: z.string().min(3).max(200),
  /** A SELECT that returns the rows which break it; none if all is well. */
  sql: z.string().min(10).max(10_000),
});

export const manifestSchema = z.strictObject({
  name: compartmentNameSchema,
  title: sixLanguagesSchema,
  level: z.enum(['native', 'L0', 'L1', 'L2']),
  /** Compartments that must be open before this one is. */
  needs: z.array(compartmentNameSchema),
  /** Place in the order of return; lower comes first. */
  recoveryOrder: z.number().int().min(0).max(1000),
  origins: z.array(originSchema).min(1).max(10),
  /** None for an adopted application, whose every address is passed on. */
  routes: z.array(routeSchema).max(2000),
  jobs: z.array(jobSchema).max(100),
  /** Processes beside the compartment's own, for what must not run in it: each with a uid and a socket, and nothing else. */
  workers: z.array(workerSchema).max(5).optional(),
  /** Roles that accounts can hold here, with a title for people. */
  roles: z.record(z.string().regex(/^[a-z][a-z-]*$/), sixLanguagesSchema),
  /** Those of the roles that only the Secretariat gives: what the administrator of a delegation asks for waits for it. */
  rolesToApprove: z.array(z.string().max(50)).max(50).optional(),
  /** PostgreSQL's extensions that its migrations rest on: made by the superuser, since no role of ours may. */
  extensions: z.array(z.enum(EXTENSIONS)).max(EXTENSIONS.length).optional(),
  /** Blobs: the columns that name one, and the bytes that off-site keeps at most. */
  blobs: z
    .object({
      columns: z.array(z.object({ table: identifierSchema, column: identifierSchema })),
      quotaBytes: z.number().int().positive(),
    })
    .optional(),
  checks: z.array(checkSchema).max(100),
  /** The published edition: tables it is rendered from, in the order given to the renderer, and the origin it is for. */
  edition: z
    .object({
      origin: z.string(),
      tables: z.array(identifierSchema).min(1).max(100),
      /** Scripts that a published page may run: files of the code, below the compartment's directory. */
      scripts: z
        .array(z.string().regex(/^src\/[a-z0-9-]+(?:\/[a-z0-9.-]+)+\.js$/))
        .max(10)
        .optional(),
      /** Routes whose tokens prove what a page shows, each of another account: to publish it, and to withdraw it (410). */
      approvals: z.object({
        publish: z.array(z.string()).min(2).max(10),
        withdraw: z.array(z.string()).min(1).max(10),
      }),
    })
    .optional(),
  /** Its public pages stay readable, as a signed copy of what a stranger saw last, while it is closed. */
  frozen: frozenSchema.optional(),
  /** Its public pages may also be read off-site: while it is closed, or headquarters is lost. Nothing is asked or sent there. */
  publicReading: z.literal('off-site').optional(),
  /** What history, watch and repair must know of the rows; tables as `name` of schema public. */
  repair: z
    .strictObject({
      /** How changes of a cell are put together; `replace` where nothing is said. */
      columns: z
        .array(z.object({ table: identifierSchema, column: identifierSchema, merge: mergeClassSchema }))
        .max(1000)
        .default([]),
      /** Columns that differ between two runs of the same story: times, numbers drawn. */
      volatile: z
        .array(z.object({ table: identifierSchema, column: identifierSchema }))
        .max(1000)
        .default([]),
      /** Rows that nobody has a reason to touch. */
      canaries: z
        .array(z.object({ table: identifierSchema, key: z.record(identifierSchema, z.string().max(200)) }))
        .max(100)
        .default([]),
      /** How a row is marked as gone when honest rows refer to it. */
      tombstones: z
        .array(z.object({ table: identifierSchema, column: identifierSchema, value: z.string().max(200) }))
        .max(100)
        .default([]),
      /** Columns that hold a workflow's state: only the compartment's own action may take them back. */
      states: z
        .array(z.object({ table: identifierSchema, column: identifierSchema, route: z.string().max(100) }))
        .max(100)
        .default([]),
      /** Columns that name the row version a row rests on: `references` is the table whose key they hold. */
      basis: z
        .array(
          z.object({ table: identifierSchema, columns: z.array(identifierSchema).min(1).max(8), references: identifierSchema }),
        )
        .max(100)
        .default([]),
      /** A row added here tells of something that left the house: mail, a message, a file. */
      effects: z
        .array(z.object({ table: identifierSchema, what: z.string().min(3).max(200) }))
        .max(100)
        .default([]),
      /**
       * Tables that are only added to. What an attack added there stays: it was said. A repair says what it took back in lines of its
       * own: for rows of `of` that it wrote, by a statement that is given their keys (`$1`, a JSON array of objects) and the
       * repair's name (`$2`), in the repair's transaction. Its names are qualified, and it may run twice for one row.
       */
      journals: z
        .array(
          z.object({
            table: identifierSchema,
            lines: z
              .array(z.object({ of: identifierSchema, sql: z.string().min(10).max(20_000) }))
              .max(500)
              .default([]),
          }),
        )
        .max(20)
        .default([]),
      /** Rows changed by one transaction beyond which a person should look; 1000 where nothing is said. */
      massRows: z.number().int().min(10).max(10_000_000).default(1000),
    })
    .optional(),
  /** An application that knows nothing of us, at level L0 or L1. */
  adopted: adoptedSchema.optional(),
  seal: z.object({
    /** When off-site is out of reach: stop writing, or go on unprotected for so many minutes. */
    unreachable: z.union([z.literal('stop'), z.object({ degradeMinutes: z.number().int().min(1).max(240) })]),
    /** Rules (ids of findings) that seal at once, without a person. */
    automatic: z.array(z.string().regex(/^[a-z][a-z-]*\.[a-z_]+$/)),
  }),
});

/** A compartment as everybody else sees it: plain data, declared once in its src/compartment.ts. */
export type CompartmentManifest = z.infer<typeof manifestSchema>;
export type ManifestRoute = z.infer<typeof routeSchema>;
export type ManifestWorker = z.infer<typeof workerSchema>;

/**
 * Checks a manifest's form and its inner references.
 * @throws EstateError `manifest.invalid`, listing every fault
 */
export function parseManifest(given: unknown): CompartmentManifest {
  const parsed = manifestSchema.safeParse(given);
  if (!parsed.success) throw new EstateError('manifest.invalid', `reading a manifest:\n${z.prettifyError(parsed.error)}`);
  const faults = listFaults(parsed.data);
  if (faults.length === 0) return parsed.data;
  throw new EstateError('manifest.invalid', `reading the manifest of ${parsed.data.name}:\n${faults.join('\n')}`);
}

/** What a manifest of an adopted application may leave out. */
const ADOPTION_DEFAULTS = {
  needs: [],
  recoveryOrder: 500,
  routes: [],
  jobs: [],
  roles: {},
  checks: [],
  seal: { unreachable: 'stop', automatic: [] },
} as const;

/**
 * Reads the manifest of an adopted application, in which all may be left out that only native compartments have.
 * @throws EstateError `manifest.invalid`, listing every fault
 */
export function parseAdoption(given: unknown): CompartmentManifest & { readonly adopted: Adopted } {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  const manifest = parseManifest(isObject ? { ...ADOPTION_DEFAULTS, ...given } : given);
  const { adopted } = manifest;
  if (adopted) return { ...manifest, adopted };
  throw new EstateError('manifest.invalid', `reading the manifest of ${manifest.name}: it has no section "adopted"`);
}

/** Paths with a meaning that others define (RFC 8615): a compartment may declare them, all else that begins `/.` is ours. */
export const WELL_KNOWN = '/.well-known/';

function listFaults(manifest: CompartmentManifest): string[] {
  const hosts = manifest.origins.map((origin) => origin.host);
  const knownRoles = new Set([...Object.keys(manifest.roles), 'signed-in']);
  const ids = new Set<string>();
  const faults: string[] = [];
  for (const route of manifest.routes) {
    if (ids.has(route.id)) faults.push(`route ${route.id}: the id stands twice`);
    ids.add(route.id);
    if (!hosts.includes(route.origin))
      faults.push(`route ${route.id}: origin "${route.origin}" is not among ${hosts.join(', ')}`);
    for (const role of route.roles) if (!knownRoles.has(role)) faults.push(`route ${route.id}: role "${role}" is not declared`);
    if (route.path.startsWith('/.') && !route.path.startsWith(WELL_KNOWN))
      faults.push(`route ${route.id}: paths that begin "/." are the gateway's, but for those of ${WELL_KNOWN}`);
    if (route.webSocket && (route.callers ?? 'people') !== 'people')
      faults.push(`route ${route.id}: a WebSocket is for people only`);
    if (route.fresh && (route.callers ?? 'people') !== 'people')
      faults.push(`route ${route.id}: a dangerous act ("fresh") is for people only`);
    if (route.method === 'GET' && route.writes.length > 0) faults.push(`route ${route.id}: a GET cannot write`);
  }
  for (const role of manifest.rolesToApprove ?? [])
    if (!(role in manifest.roles)) faults.push(`rolesToApprove: role "${role}" is not declared`);
  if (manifest.publicReading && readingOriginOf(manifest) === undefined)
    faults.push('publicReading: it has neither an edition nor a frozen copy that could be read off-site');
  if (manifest.edition && !hosts.includes(manifest.edition.origin))
    faults.push(`edition: origin "${manifest.edition.origin}" is not declared`);
  for (const id of [...(manifest.edition?.approvals.publish ?? []), ...(manifest.edition?.approvals.withdraw ?? [])])
    if (!ids.has(id)) faults.push(`edition: approvals name the route "${id}", which is not declared`);
    else if (manifest.routes.some((route) => route.id === id && (route.callers ?? 'people') !== 'people'))
      faults.push(
        `edition: approvals name the route "${id}", which software may use: what the public reads is decided by people`,
      );
  return [...faults, ...listKindFaults(manifest, hosts)];
}

/** The origin (`host`) at which its public pages stand, published or copied; undefined where there are none. */
export function readingOriginOf(manifest: Pick<CompartmentManifest, 'edition' | 'frozen' | 'adopted'>): string | undefined {
  return manifest.edition?.origin ?? frozenOf(manifest)?.origin;
}

/** Which of its pages are copied as they are answered, rather than rendered from rows; undefined where none are. */
export function frozenOf({ frozen, adopted }: Pick<CompartmentManifest, 'frozen' | 'adopted'>): Frozen | undefined {
  return frozen ?? adopted?.frozen;
}

/** Native compartments declare routes, adopted ones how they are started; nothing is both. */
function listKindFaults(manifest: CompartmentManifest, hosts: readonly string[]): string[] {
  const { level, adopted, routes } = manifest;
  if (!adopted) {
    return [
      ...(level === 'native' ? [] : [`level ${level}: needs a section "adopted" that tells how the application is started`]),
      ...(routes.length > 0 ? [] : ['routes: a native compartment has at least one']),
      ...(manifest.edition && manifest.frozen ? ['frozen: what has an edition needs no copy'] : []),
      ...listFrozenFaults('frozen', manifest.frozen, hosts),
    ];
  }
  const own = ['routes', 'jobs'] as const;
  const whole = ['edition', 'blobs', 'repair', 'frozen'] as const;
  return [
    ...(level === 'L0' || level === 'L1' ? [] : [`level ${level}: an adopted application has level L0 or L1`]),
    ...own.filter((part) => manifest[part].length > 0).map((part) => `${part}: an adopted application declares none`),
    ...whole.filter((part) => manifest[part] !== undefined).map((part) => `${part}: an adopted application has none`),
    ...(level === 'L0' && manifest.checks.length > 0 ? ['checks: at level L0 there is no database of ours to ask'] : []),
    ...listAdoptionFaults(level, adopted, hosts),
  ];
}
