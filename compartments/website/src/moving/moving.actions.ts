import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import type { Config } from './config.ts';
import { moveSaved, orderOf, savedArticleSchema, savedVersionSchema } from './exported.rules.ts';
import { type Moved, type Moving, moveIn } from './moved.rules.ts';
import { PICTURE_FILE } from './picture.rules.ts';
import { listNames, readSource } from './source.actions.ts';
import { MOVING_LIMITS, type Passed } from './source.rules.ts';

const summarySchema = z.object({ format: z.literal(1), what: z.literal('website'), from: z.string().min(1).max(300) });
const FILE_BYTES = 8_388_608;

/** Turns what was exported into drafts. @throws EstateError `input.invalid`, `input.too_large` */
export async function readMoving(config: Config): Promise<Moving> {
  const { FORMAT, SOURCE, PICTURES, ZONE: zone, CREDIT: credit } = config;
  if (FORMAT === 'bulkhead') return readSaved(SOURCE);
  const source = await readSource({ ...config, FORMAT });
  return moveIn(source, {
    kinds: config.KINDS_JSON,
    otherwise: FORMAT === 'pages' ? 'page' : null,
    zone,
    credit,
    pictureFiles: await listPictures(PICTURES ?? SOURCE),
  });
}

async function listPictures(directory: string): Promise<string[]> {
  const entry = await stat(directory).catch(() => undefined);
  return entry?.isDirectory() ? listNames(directory, PICTURE_FILE) : [];
}

/** Reads what `bulkhead export website` wrote: of each article the version that stands for it. */
async function readSaved(directory: string): Promise<Moving> {
  const { from } = await readForm(directory, 'export.json', summarySchema);
  const files = await listNames(directory, /^article\.json$/);
  if (files.length > MOVING_LIMITS.entries)
    throw new EstateError('input.too_large', `reading ${directory}: it has over ${MOVING_LIMITS.entries} articles: split it`);
  const found: { readonly moved: Moved; readonly order: number }[] = [];
  const refused: Passed[] = [];
  let bytes = 0;
  for (const file of files) {
    const article = await readForm(directory, file, savedArticleSchema);
    if (article.current === null) continue;
    const path = file.replace(/article\.json$/, `version-${String(article.current).padStart(4, '0')}.json`);
    const version = await readForm(directory, path, savedVersionSchema);
    const moved = moveSaved(version, article, from);
    if ('why' in moved) refused.push(moved);
    else found.push({ moved, order: orderOf(version.content.kind) });
    bytes += JSON.stringify(moved).length;
    if (bytes > MOVING_LIMITS.sourceBytes)
      throw new EstateError(
        'input.too_large',
        `reading ${directory}: over ${MOVING_LIMITS.sourceBytes} bytes of words: split it`,
      );
  }
  const moved = found.toSorted((left, right) => left.order - right.order).map((each) => each.moved);
  return { moved, redirects: [], refused };
}

async function readForm<Form extends z.ZodType>(directory: string, file: string, schema: Form): Promise<z.infer<Form>> {
  const entry = await stat(join(directory, file)).catch(() => undefined);
  if (!entry?.isFile() || entry.size > FILE_BYTES)
    throw new EstateError('input.invalid', `reading ${directory}: ${file} is missing, or longer than ${FILE_BYTES} bytes`);
  try {
    return schema.parse(JSON.parse(await readFile(join(directory, file), 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? `${cause.issues[0]?.path.join('.') ?? ''} has another form` : 'it is no JSON';
    throw new EstateError(
      'input.invalid',
      `reading ${file}: ${why}: see whether it was changed, with "bulkhead export … --verify"`,
      {
        cause,
      },
    );
  }
}
