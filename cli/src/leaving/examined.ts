import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EstateError } from '@bulkhead/kernel';
import { FILES, type Summary, summarySchema, versionSchema } from './form.ts';

const FAULTS_NAMED = 50;
const SUMMARY_BYTES = 16_384;
const SUM_LINE = /^([0-9a-f]{64}) {2}((?:[\w-]+\/){0,2}[\w-]+(?:\.[a-z]+)?)$/;
const savedVersionSchema = versionSchema.omit({ line: true, pages: true });

export type ExaminedExport = { readonly summary: Summary; readonly faults: readonly string[]; readonly faultCount: number };

/**
 * Reads every file of an export again: each is as it was written, none is missing, none was added, and every picture that a
 * version shows is there. Needs no estate.
 * @throws EstateError `input.invalid` if there is no whole export at all
 */
export async function examineExport(directory: string): Promise<ExaminedExport> {
  const summary = await readSummary(directory);
  const faults: string[] = [];
  const listed = new Set<string>();
  const sums = createReadStream(join(directory, FILES.sums));
  const whole = createHash('sha256');
  sums.on('data', (bytes) => whole.update(bytes));
  for await (const line of createInterface({ input: sums, crlfDelay: Number.POSITIVE_INFINITY })) {
    const [, sha256, path] = SUM_LINE.exec(line) ?? [];
    if (sha256 === undefined || path === undefined) faults.push(`${FILES.sums}: "${line.slice(0, 100)}" is no line of it`);
    else if (listed.has(path)) faults.push(`${FILES.sums}: ${path} stands in it twice`);
    else {
      listed.add(path);
      const fault = await findFault(directory, path, sha256);
      if (fault) faults.push(fault);
    }
  }
  if (whole.digest('hex') !== summary.sha256) faults.push(`${FILES.sums} is not the one of which ${FILES.summary} tells`);
  if (listed.size !== summary.files)
    faults.push(`${FILES.summary} tells of ${summary.files} files, ${FILES.sums} of ${listed.size}`);
  faults.push(...(await findStrangers(directory, listed)), ...(await findUnshown(directory, listed)));
  return { summary, faults: faults.slice(0, FAULTS_NAMED), faultCount: faults.length };
}

async function readSummary(directory: string): Promise<Summary> {
  const file = join(directory, FILES.summary);
  const entry = await stat(file).catch(() => undefined);
  if (!entry?.isFile() || entry.size > SUMMARY_BYTES)
    throw new EstateError(
      'input.invalid',
      `reading the export in ${directory}: it has no ${FILES.summary}: it is none, or did not come to its end`,
    );
  try {
    return summarySchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new EstateError('input.invalid', `reading ${file}: it is not of the form that an export has`, { cause });
  }
}

async function findFault(directory: string, path: string, sha256: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const bytes of createReadStream(join(directory, path))) hash.update(bytes);
  } catch {
    return `${path} is missing, or cannot be read`;
  }
  return hash.digest('hex') === sha256 ? undefined : `${path} has other bytes than were written`;
}

async function findStrangers(directory: string, listed: ReadonlySet<string>): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(directory, '/').length))
    .filter((path) => path !== FILES.summary && path !== FILES.sums && !listed.has(path))
    .map((path) => `${path} does not belong to the export`);
}

/** Pictures that a version names and nobody wrote. */
async function findUnshown(directory: string, listed: ReadonlySet<string>): Promise<string[]> {
  const faults: string[] = [];
  for (const path of listed) {
    if (!/\/version-\d+\.json$/.test(path)) continue;
    const text = await readFile(join(directory, path), 'utf8').catch(() => '');
    const version = savedVersionSchema.safeParse(parse(text));
    if (!version.success) faults.push(`${path} is no version`);
    else
      for (const { file } of version.data.pictures)
        if (!listed.has(file)) faults.push(`${path} shows ${file}, which is not there`);
  }
  return faults;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
