import { readFileSync } from 'node:fs';
import { languageSchema } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { z } from 'zod';
import type { Content } from '#article/article.rules.ts';
import { draftSchema, parseDraft } from '#article/draft-form.rules.ts';
import { KINDS } from '#article/kind.rules.ts';
import { approvedRows, type Row } from './published-rows.ts';

const textSchema = z.strictObject({
  title: z.string(),
  summary: z.string(),
  body: z.string(),
  pictureAlt: z.string().optional(),
  changeNote: z.string().optional(),
  place: z.string().optional(),
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
      fields: z.record(z.string(), z.string()).optional(),
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

/** Each published version of a sample, as it would stand in the rows: through the form, as editors write. */
export function contentsOf(sample: Sample): Content[] {
  const picture = sample.picture ? toPicture(sample.picture) : null;
  return [sample, ...(sample.updates ?? [])].map(({ texts }) => {
    const { draft, faults } = parseDraft(draftSchema.parse({ ...formOf(sample), ...fieldsOf(texts) }));
    if (faults.length > 0) throw new Error(`${sample.slug}: ${JSON.stringify(faults)}`);
    const described = Object.entries(draft.content.texts).map(([language, text]) => [
      language,
      { ...text, pictureAlt: texts[languageSchema.parse(language)]?.pictureAlt ?? '' },
    ]);
    return { ...draft.content, picture, figures: [], texts: Object.fromEntries(described) };
  });
}

function formOf({ kind, slug, fields = {} }: Sample): Record<string, unknown> {
  const slugs = readSamples().map((each) => each.slug);
  const named = Object.entries(fields).map(([name, value]): [string, unknown] => {
    if (!/^(?:topics|bodies|contacts|block-)/.test(name)) return [name, value];
    const resolved = value.replaceAll(/@([a-z0-9-]+)/g, (_, other: string) => String(slugs.indexOf(other) + 1));
    return [name, name.startsWith('block-') ? resolved : [resolved]];
  });
  return { ...Object.fromEntries(named), kind, slug };
}

function fieldsOf(texts: Sample['texts']): Record<string, string> {
  const fields = Object.entries(texts).flatMap(([language, { title, summary, body, changeNote = '', place = '' }]) => [
    [`title-${language}`, title],
    [`summary-${language}`, summary],
    [`body-${language}`, body],
    [`note-${language}`, changeNote],
    [`place-${language}`, place],
  ]);
  return Object.fromEntries(fields);
}

function toPicture({ file, credit }: { readonly file: string; readonly credit: string }): Content['picture'] {
  const bytes = readPicture(file);
  return {
    sha256: sha256Hex(bytes),
    mediaType: 'image/png',
    // The head of a PNG file names its size (ISO/IEC 15948).
    width: bytes.readUInt32BE(16),
    height: bytes.readUInt32BE(20),
    credit,
    focus: null,
    renditions: [],
  };
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
