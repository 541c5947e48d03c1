import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';

const fileSchema = z.string().min(1).max(1000);
const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);
const leadSchema = z.object({ from: z.string().max(1000), to: z.string().max(1000) });
const movedSchema = z.object({
  line: z.literal('moved'),
  key: z.string().max(2000),
  where: z.string(),
  title: z.string(),
  digest: digestSchema,
  fields: z.record(z.string().max(50), z.string()),
  redirects: z.array(leadSchema),
  dropped: z.record(z.string(), z.number()),
  unresolved: z.array(z.string()),
  pictures: z.array(z.object({ src: z.string(), alt: z.string(), file: fileSchema.nullable(), name: digestSchema.nullable() })),
  lead: z
    .object({
      src: z.string(),
      file: fileSchema.nullable(),
      credit: z.string(),
      alts: z.record(z.string().regex(/^[a-z]{2}$/), z.string()),
      focus: z.object({ x: z.number().int(), y: z.number().int() }).nullable(),
    })
    .nullable(),
  names: z.array(z.object({ field: z.string().max(50), before: z.string().max(20), keys: z.array(z.string().max(2000)) })),
});
const refusedSchema = z.object({ line: z.literal('refused'), where: z.string(), why: z.string() });
const lineSchema = z.discriminatedUnion('line', [
  movedSchema,
  refusedSchema,
  z.object({ line: z.literal('end'), redirects: z.array(leadSchema) }),
  z.object({
    line: z.literal('failed'),
    code: z.enum(['input.invalid', 'input.too_large', 'config.invalid']),
    message: z.string(),
  }),
]);

/** A draft for the newsroom's form, and what could not be taken over with it. */
export type Moved = Omit<z.infer<typeof movedSchema>, 'line'>;
export type Lead = z.infer<typeof leadSchema>;
export type Refused = { readonly where: string; readonly why: string };
export type Converted = {
  readonly moved: readonly Moved[];
  readonly refused: readonly Refused[];
  readonly redirects: readonly Lead[];
};

export const FORMATS = ['wordpress', 'drupal', 'pages', 'ics', 'bulkhead'] as const;
export type Export = {
  readonly format: (typeof FORMATS)[number];
  readonly source: string;
  readonly origin?: string | undefined;
  readonly language?: string | undefined;
  readonly kinds: Readonly<Record<string, string>>;
  /** JSON: types that are events, and their fields. */
  readonly events?: string | undefined;
  readonly zone?: string | undefined;
  readonly pictures?: string | undefined;
  readonly credit?: string | undefined;
};

const LIMIT_MS = 600_000;
const MEMORY_MB = 2048;

/**
 * Has an export read by the website's own converter: a process that may read that export and the code, nothing else, and
 * holds no secret. Only its lines come back.
 * @throws EstateError `input.invalid`, `input.too_large` with file and line, `process.unhealthy` if it does not end well
 */
export async function convertExport(checkout: string, given: Export): Promise<Converted> {
  const source = await resolveGiven(given.source);
  const pictures = given.pictures === undefined ? undefined : await resolveGiven(given.pictures);
  const root = await realpath(checkout);
  // Not the whole checkout: the estate's data may lie in it.
  const code = ['package.json', 'node_modules/*', 'packages/*', 'compartments/website/*'].map((path) => join(root, path));
  const child = spawn(
    process.execPath,
    [
      '--permission',
      ...[...[source, pictures ?? source].flatMap((path) => [path, `${path}/*`]), ...code].map(
        (path) => `--allow-fs-read=${path}`,
      ),
      `--max-old-space-size=${MEMORY_MB}`,
      join(root, 'compartments/website/src/moving/main.ts'),
    ],
    {
      env: {
        FORMAT: given.format,
        SOURCE: source,
        KINDS_JSON: JSON.stringify(given.kinds),
        ...definedOf({
          ORIGIN: given.origin,
          LANGUAGE: given.language,
          EVENTS_JSON: given.events,
          ZONE: given.zone,
          PICTURES: pictures,
          CREDIT: given.credit,
        }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    },
  );
  const ended = once(child, 'close');
  let told = '';
  child.stderr.on('data', (bytes: Buffer) => {
    told = `${told}${bytes.toString('utf8')}`.slice(-2000);
  });
  const read = await readLines(child.stdout);
  await ended;
  if (!read)
    throw new EstateError('process.unhealthy', `reading ${given.source}: the converter ended before its end: ${told.trim()}`);
  return read;
}

function definedOf(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

async function resolveGiven(path: string): Promise<string> {
  return realpath(path).catch((cause: unknown) => {
    throw new EstateError('input.invalid', `reading ${path}: there is no such file or directory`, { cause });
  });
}

function readLine(text: string): z.infer<typeof lineSchema> {
  try {
    return lineSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new EstateError('wire.invalid_reply', 'reading an export: the converter wrote a line that is not of its form', {
      cause,
    });
  }
}

async function readLines(stream: NodeJS.ReadableStream): Promise<Converted | undefined> {
  const moved: Moved[] = [];
  const refused: Refused[] = [];
  let redirects: readonly Lead[] | undefined;
  for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    const line = readLine(text);
    if (line.line === 'failed') throw new EstateError(line.code, line.message);
    if (line.line === 'end') redirects = line.redirects;
    else if (line.line === 'refused') refused.push({ where: line.where, why: line.why });
    else {
      const { line: _, ...each } = line;
      moved.push(each);
    }
  }
  return redirects && { moved, refused, redirects };
}
