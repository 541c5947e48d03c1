import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { REQUEST_ID_HEADER } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Page, Visitor } from '@bulkhead/visitor';
import { z } from 'zod';

const countsSchema = z.object({
  added: z.number(),
  changed: z.number(),
  same: z.number(),
  refused: z.number(),
  asked: z.number(),
});
const lookSchema = z.object({
  state: z.string(),
  doneRows: z.number(),
  counts: countsSchema,
  check: z.object({ state: z.string(), at: z.string(), counts: countsSchema, fault: z.string().nullable() }).nullable(),
});
export type ImportCounts = z.infer<typeof countsSchema>;
export type SentFile = {
  readonly module: string;
  readonly name: string;
  readonly content: Uint8Array<ArrayBuffer>;
  readonly source: string;
  /** The day from which changed names and flags hold. */
  readonly since?: string;
  /** What looks odd is filed too. */
  readonly isSure?: boolean;
  /** Nothing is written: what would be is told. */
  readonly isDry?: boolean;
};
export type Imported = {
  readonly counts: ImportCounts;
  readonly faultsFile: string;
  /** The ids of the requests that sent it and carried it out. */
  readonly requests: readonly string[];
};

const STEP_MS = 120_000;
const MOST_STEPS = 10_000;

/**
 * Sends a file of records to a module of the registry, has it looked at, and carries it out in as many steps as it takes, as a person
 * does on the pages.
 * @throws EstateError `input.invalid`, `wire.refused`
 */
export async function importFile(
  visitor: Visitor,
  origin: string,
  file: SentFile,
  headers: Readonly<Record<string, string>> = {},
): Promise<Imported> {
  const { module } = file;
  const asked = { headers, timeoutMs: STEP_MS };
  const form = new FormData();
  form.set('source', file.source);
  form.set('since', file.since ?? '');
  form.set('file', new File([file.content], file.name));
  const sent = await visitor.visit(`${origin}/${module}/import`, { ...asked, form, redirects: 0 });
  const { location } = sent.headers;
  if (sent.status !== 303 || typeof location !== 'string') throw refusedBy(sent, `sending ${file.name} to ${module}`);
  const url = new URL(location, origin).href;
  const faultsFile = `${url}/faults.csv`;
  const requests = [requestOf(sent)];
  for (let left = MOST_STEPS; left > 0; left -= 1) {
    const told = await look(visitor, url, headers);
    if (told.state === 'done') return { counts: told.counts, faultsFile, requests };
    const { check } = told;
    if (check === null || check.state === 'unreadable' || check.state === 'failed')
      throw new EstateError(
        'input.invalid',
        `importing ${file.name}: it cannot be read (${check?.fault ?? told.state}); ${url} says why`,
      );
    if (check.state !== 'done') continue;
    if (file.isDry === true || check.counts.added + check.counts.changed + check.counts.asked === 0) {
      const faults = await visitor.visit(`${url}/drop`, { ...asked, form: {}, redirects: 0 });
      if (faults.status >= 400) throw refusedBy(faults, `giving up ${file.name}`);
      return { counts: check.counts, faultsFile, requests: [...requests, requestOf(faults)] };
    }
    const step = { checked: check.at, ...(file.isSure === true ? { sure: 'yes' } : {}) };
    const id = url.split('/').at(-1) ?? '';
    const carried = await visitor.visit(`${origin}/${module}/import/${id}`, { ...asked, form: step, redirects: 0 });
    if (carried.status !== 303) throw refusedBy(carried, `carrying out ${file.name}`);
    requests.push(requestOf(carried));
  }
  throw new EstateError('wire.invalid_reply', `importing ${file.name}: it does not come to an end`);
}

function requestOf({ headers }: Page): string {
  const { [REQUEST_ID_HEADER]: id } = headers;
  return typeof id === 'string' ? id : '';
}

async function look(
  visitor: Visitor,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<z.infer<typeof lookSchema>> {
  const page = await visitor.visit(url, { headers: { ...headers, accept: 'application/json' }, timeoutMs: STEP_MS });
  if (page.status !== 200) throw refusedBy(page, `looking at ${url}`);
  return lookSchema.parse(JSON.parse(page.text));
}

function refusedBy({ status, text }: Page, what: string): EstateError {
  return new EstateError('wire.refused', `${what}: status ${status}: ${text.slice(0, 600)}`);
}

/** Files that are shipped, in the order in which they refer to each other; who sends each; and how many rows are a few of it. */
const SHIPPED = [
  { module: 'ship', by: 'supplier', few: 200 },
  { module: 'port', by: 'supplier', few: 200 },
  { module: 'treaty', by: 'secretariat', few: 100 },
  { module: 'treaty-action', by: 'secretariat', few: 300 },
  { module: 'piracy', by: 'secretariat', few: 300 },
] as const;
export const SHIPPED_SOURCE = 'Sample data shipped with the software; NOTICE says whose they are';

/** The sample files that are shipped: all of each, or a few rows spread over it. */
export async function* readShipped(
  checkout: string,
  share: 'few' | 'all',
): AsyncGenerator<{ readonly by: string; readonly file: SentFile }> {
  for (const { module, by, few } of SHIPPED) {
    const path = join(checkout, 'compartments/gisis/sample', `${module}.csv.br`);
    if (!existsSync(path)) continue;
    const text = (await promisify(brotliDecompress)(await readFile(path))).toString('utf8');
    const content = Buffer.from(share === 'all' ? text : pickFew(text, few));
    yield { by, file: { module, name: `${module}.csv`, content: new Uint8Array(content), source: SHIPPED_SOURCE } };
  }
}

/** No cell of ours holds the end of a line. */
function pickFew(text: string, few: number): string {
  const [heading = '', ...rows] = text.trimEnd().split('\n');
  const step = Math.max(1, rows.length / few);
  const picked = Array.from({ length: Math.min(few, rows.length) }, (_, at) => rows[Math.floor(at * step)] ?? '');
  return `${[heading, ...picked].join('\n')}\n`;
}
