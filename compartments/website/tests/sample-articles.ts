import { readFileSync } from 'node:fs';
import { LANGUAGES, languageSchema } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { z } from 'zod';
import { type ArticleText, type Content, KINDS } from '#article/article.rules.ts';
import { measurePicture } from '#picture/picture.rules.ts';
import { parseProse } from '#prose/prose-text.rules.ts';
import { approvedRows, type Row } from './published-rows.ts';

const textSchema = z.strictObject({
  title: z.string(),
  summary: z.string(),
  body: z.string(),
  pictureAlt: z.string().optional(),
  changeNote: z.string().optional(),
});
const textsSchema = z.partialRecord(languageSchema, textSchema);
/** The form of sample/articles.json, as its README.md tells it. */
export const sampleSchema = z.strictObject({
  about: z.string(),
  articles: z.array(
    z.strictObject({
      slug: z.string(),
      kind: z.enum(KINDS),
      picture: z.strictObject({ file: z.string(), credit: z.string() }).optional(),
      texts: textsSchema,
      updates: z.array(z.strictObject({ texts: textsSchema })).optional(),
    }),
  ),
});
export type Sample = z.infer<typeof sampleSchema>['articles'][number];

const DIRECTORY = new URL('../sample/', import.meta.url);

export function readSamples(): Sample[] {
  return sampleSchema.parse(JSON.parse(readFileSync(new URL('articles.json', DIRECTORY), 'utf8'))).articles;
}

export function readPicture(file: string): Buffer {
  return readFileSync(new URL(`pictures/${file}`, DIRECTORY));
}

/** Each published version of a sample, as it would stand in the rows. */
export function contentsOf(sample: Sample): Content[] {
  const { slug, kind } = sample;
  const picture = sample.picture ? toPicture(sample.picture) : null;
  return [sample, ...(sample.updates ?? [])].map(({ texts }) => ({ slug, kind, isMinor: false, picture, texts: toTexts(texts) }));
}

function toPicture({ file, credit }: { readonly file: string; readonly credit: string }): Content['picture'] {
  const bytes = readPicture(file);
  return { sha256: sha256Hex(bytes), mediaType: 'image/png', ...measurePicture(bytes, 'image/png'), credit };
}

function toTexts(texts: Sample['texts']): Content['texts'] {
  return Object.fromEntries(
    LANGUAGES.flatMap((language): [string, ArticleText][] => {
      const text = texts[language];
      if (!text) return [];
      const { title, summary, pictureAlt = '', changeNote = '' } = text;
      return [[language, { title, summary, body: parseProse(text.body).prose, pictureAlt, changeNote }]];
    }),
  );
}

/** The rows of all samples, published an hour apart. */
export async function sampleRows(from: Date): Promise<Row[]> {
  const rows: Row[] = [];
  let at = from.getTime();
  for (const [index, sample] of readSamples().entries()) {
    for (const [version, content] of contentsOf(sample).entries()) {
      rows.push(...(await approvedRows(index + 1, version + 1, content, new Date(at))));
      at += 3_600_000;
    }
  }
  return rows;
}
