import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import { readCalendar } from './calendar.rules.ts';
import type { Config } from './config.ts';
import { readDrupal } from './drupal.rules.ts';
import { readPages } from './pages.rules.ts';
import { MOVING_LIMITS, type Source } from './source.rules.ts';
import { readWordpress } from './wordpress.rules.ts';

type ReadFile = { readonly name: string; readonly text: string };

type Given = Pick<Config, 'SOURCE' | 'ORIGIN' | 'LANGUAGE' | 'EVENTS_JSON'> & {
  readonly FORMAT: Exclude<Config['FORMAT'], 'bulkhead'>;
};
const ENDINGS = { wordpress: /\.xml$/i, drupal: /\.json$/i, pages: /\.html?$/i, ics: /\.ics$/i } as const;
/** Where calendars stand that do not say it: nothing there can be asked for. */
const NOWHERE = 'https://calendar.invalid';

/** Reads the export of an old site. @throws EstateError `input.invalid`, `input.too_large` */
export async function readSource({ FORMAT, SOURCE, ORIGIN, LANGUAGE, EVENTS_JSON: events }: Given): Promise<Source> {
  const files = await readFiles(SOURCE, ENDINGS[FORMAT]);
  if (FORMAT === 'wordpress') {
    const given = { language: LANGUAGE, origin: ORIGIN ?? null, events };
    return joinSources(files.map((file) => tellingFile(file, () => readWordpress(file.text, given))));
  }
  if (FORMAT === 'ics') {
    const given = { language: LANGUAGE, origin: ORIGIN ?? NOWHERE };
    return joinSources(files.map(({ name, text }) => readCalendar(text, { ...given, name })));
  }
  if (ORIGIN === undefined)
    throw new EstateError(
      'input.invalid',
      `reading ${SOURCE}: say with --origin where the old site stood, such as https://www.example.org`,
    );
  const told = { language: LANGUAGE, origin: ORIGIN };
  if (FORMAT === 'drupal') return limited(readDrupal(files, { ...told, events }));
  return limited(
    readPages(
      files.map(({ name, text }) => ({ name, html: text })),
      told,
    ),
  );
}

function tellingFile<T>(file: ReadFile, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof EstateError)) throw cause;
    throw new EstateError(cause.code, `${file.name}, ${cause.message}`, { cause });
  }
}

function joinSources(sources: readonly Source[]): Source {
  const [first] = sources;
  if (!first) throw new EstateError('input.invalid', 'reading an export: there is no file in it');
  if (sources.some(({ origin }) => origin !== first.origin))
    throw new EstateError('input.invalid', 'reading an export: its files are of different sites: give them one by one');
  return limited({
    origin: first.origin,
    entries: sources.flatMap(({ entries }) => entries),
    redirects: [],
    passed: sources.flatMap(({ passed }) => passed),
  });
}

function limited(source: Source): Source {
  if (source.entries.length > MOVING_LIMITS.entries)
    throw new EstateError('input.too_large', `reading an export: it has over ${MOVING_LIMITS.entries} texts: split it`);
  return source;
}

/** The files of a directory with this ending, or the one file; links to elsewhere are not followed. */
export async function readFiles(path: string, ending: RegExp): Promise<ReadFile[]> {
  const entry = await stat(path).catch(() => undefined);
  if (!entry) throw new EstateError('input.invalid', `reading ${path}: there is no such file or directory`);
  const names = entry.isDirectory() ? await listNames(path, ending) : [''];
  if (names.length === 0) throw new EstateError('input.invalid', `reading ${path}: no file in it ends as ${ending.source}`);
  const files: ReadFile[] = [];
  let bytes = 0;
  for (const name of names) {
    const file = name === '' ? path : join(path, name);
    bytes += (await stat(file)).size;
    if (bytes > MOVING_LIMITS.sourceBytes)
      throw new EstateError('input.too_large', `reading ${path}: over ${MOVING_LIMITS.sourceBytes} bytes: split it`);
    files.push({ name: name || basename(path), text: decodeText(await readFile(file), name || path) });
  }
  return files;
}

/** The names of files in a directory, and below it. */
export async function listNames(path: string, ending: RegExp): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(path.replace(/\/+$/, '').length + 1));
  if (names.length > MOVING_LIMITS.files)
    throw new EstateError('input.too_large', `reading ${path}: over ${MOVING_LIMITS.files} files: split it`);
  return names.toSorted();
}

function decodeText(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new EstateError('input.invalid', `reading ${name}: it is not UTF-8: convert it first`, { cause });
  }
}
