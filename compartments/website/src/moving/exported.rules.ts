import { LANGUAGES, languageSchema, sha256Schema } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { z } from 'zod';
import { PREFIX } from '#article/address.rules.ts';
import { TEXT_LIMITS } from '#article/article.rules.ts';
import { writeDetails } from '#article/detail-form.rules.ts';
import { detailsSchema } from '#article/details.rules.ts';
import { digestSource } from '#article/digest.rules.ts';
import { KINDS, type Kind, ROOMS } from '#article/kind.rules.ts';
import { NO_SUBJECTS, subjectsSchema } from '#article/subject.rules.ts';
import { figuresOf, proseSchema } from '#prose/prose.rules.ts';
import type { Moved } from './moved.rules.ts';
import type { MovedLead, MovedPicture } from './picture.rules.ts';
import type { Passed } from './source.rules.ts';

const idSchema = z.number().int().min(1);
const pictureSchema = z.object({ sha256: sha256Schema });
const textSchema = z.object({
  title: z.string().max(TEXT_LIMITS.title),
  summary: z.string().max(TEXT_LIMITS.summary),
  body: proseSchema,
  pictureAlt: z.string().max(TEXT_LIMITS.pictureAlt),
  slug: z.string().max(TEXT_LIMITS.slug),
  place: z.string().max(TEXT_LIMITS.place),
  sourceSha256: sha256Schema.nullable(),
});
/** What `article.json` says of an article. */
export const savedArticleSchema = z.object({
  format: z.literal(1),
  article: idSchema,
  current: idSchema.nullable(),
  addresses: z.array(z.object({ language: languageSchema, room: z.enum(ROOMS), path: z.string().max(300), isKept: z.boolean() })),
});
export type SavedArticle = z.infer<typeof savedArticleSchema>;
/** What a version's file says, as far as a draft can have it. */
export const savedVersionSchema = z.object({
  format: z.literal(1),
  article: idSchema,
  number: idSchema,
  state: z.string(),
  paths: z.partialRecord(languageSchema, z.string().nullable()),
  withdrawal: z.object({ reasons: z.partialRecord(languageSchema, z.string()) }).nullable(),
  pictures: z
    .array(z.object({ sha256: sha256Schema, file: z.string().regex(/^pictures\/[0-9a-f]{64}\.(?:jpg|png|webp)$/) }))
    .max(200),
  content: z.object({
    kind: z.enum(KINDS),
    slug: z.string().max(TEXT_LIMITS.slug),
    publishing: z.object({ at: z.coerce.date(), zone: z.string() }).nullable(),
    subjects: subjectsSchema,
    details: detailsSchema,
    picture: pictureSchema
      .extend({
        credit: z.string().max(TEXT_LIMITS.credit),
        focus: z.object({ x: z.number(), y: z.number() }).nullable(),
      })
      .nullable(),
    texts: z.partialRecord(languageSchema, textSchema),
  }),
});
export type SavedVersion = z.infer<typeof savedVersionSchema>;

/** What others name comes first; pages that are made of others come last. */
const ORDER: readonly (readonly Kind[])[] = [['topic', 'body', 'contact'], [], ['section'], ['home']];

export function orderOf(kind: Kind): number {
  const found = ORDER.findIndex((kinds) => kinds.includes(kind));
  return found === -1 ? 1 : found;
}

export function keyOf(from: string, article: number): string {
  return `${from} article ${article}`;
}

/** A version that an export holds, as a draft: all its words, and what it names by its key. */
export function moveSaved(version: SavedVersion, { addresses }: SavedArticle, from: string): Moved | Passed {
  const { article, content, withdrawal } = version;
  const title = content.texts.en?.title ?? '';
  const where = `article ${article} ("${title.slice(0, 60)}")`;
  if (withdrawal) return { where, why: `was withdrawn there: ${(withdrawal.reasons.en ?? '').slice(0, 200)}` };
  if (version.state === 'discarded') return { where, why: 'was thrown away there' };
  const { fields, names } = fieldsOf(content, from);
  const files = new Map(version.pictures.map(({ sha256, file }) => [sha256, file]));
  const pictures = Object.values(content.texts).flatMap((text) =>
    figuresOf(text.body).map(
      ({ picture, alt }): MovedPicture => ({ src: picture, alt, file: files.get(picture) ?? null, name: picture }),
    ),
  );
  const outdated = outdatedOf(content);
  return {
    key: keyOf(from, article),
    where,
    title,
    digest: sha256Hex(JSON.stringify([fields, names, content.picture])),
    fields,
    redirects: redirectsOf(version, addresses),
    dropped: outdated.length === 0 ? {} : { [`note that the translation is outdated: ${outdated.join(', ')}`]: outdated.length },
    unresolved: [],
    pictures,
    lead: leadOf(content, files),
    names,
  };
}

function fieldsOf(content: SavedVersion['content'], from: string): Pick<Moved, 'fields' | 'names'> {
  const { subjects, kind, slug } = content;
  const written = writeDetails({
    ...content,
    subjects: { ...NO_SUBJECTS, symbols: subjects.symbols },
    isMinor: false,
    figures: [],
    texts: {},
    picture: null,
  });
  const plain = Object.entries(written).flatMap(([field, value]) =>
    typeof value === 'string' && value !== '' ? [[field, value]] : [],
  );
  const fields: Record<string, string> = { ...Object.fromEntries(plain), kind, slug };
  const names: { field: string; before: string; keys: string[] }[] = [];
  const name = (field: string, before: string, ids: readonly (number | string)[]) => {
    if (ids.length > 0) names.push({ field, before, keys: ids.map((id) => keyOf(from, Number(id))) });
  };
  for (const field of ['topics', 'bodies', 'contacts'] as const) name(field, '', subjects[field]);
  for (const [field, value] of Object.entries(fields)) {
    const [, before = '', id] = /^block-\d+-of$/.test(field) ? (/^((?:topic|body|contact):)(\d+)$/.exec(value) ?? []) : [];
    const ids = /^block-\d+-articles$/.test(field) ? value.split(', ') : id === undefined ? [] : [id];
    if (ids.length === 0) continue;
    delete fields[field];
    name(field, before, ids);
  }
  for (const language of LANGUAGES) {
    const text = content.texts[language];
    if (!text) continue;
    fields[`title-${language}`] = text.title;
    fields[`summary-${language}`] = text.summary;
    fields[`tree-${language}`] = JSON.stringify(text.body);
    if (text.slug !== '') fields[`slug-${language}`] = text.slug;
    if (text.place !== '') fields[`place-${language}`] = text.place;
  }
  return { fields, names };
}

/** Addresses that were public and are no more: they lead on here as they did there. */
function redirectsOf({ paths, content }: SavedVersion, addresses: SavedArticle['addresses']): Moved['redirects'] {
  if (content.kind === 'home') return [];
  const present = new Set(Object.values(paths));
  return addresses.flatMap(({ language, room, path, isKept }) => {
    const to = paths[language];
    const from = `/${language}/${PREFIX[room] ?? ''}${path}`;
    return isKept && to && !present.has(from) ? [{ from, to }] : [];
  });
}

function outdatedOf({ texts }: SavedVersion['content']): string[] {
  const { en } = texts;
  const source = en && digestSource(en);
  return LANGUAGES.filter((language) => {
    const of = texts[language]?.sourceSha256 ?? null;
    return language !== 'en' && of !== null && of !== source;
  });
}

function leadOf({ picture, texts }: SavedVersion['content'], files: ReadonlyMap<string, string>): MovedLead | null {
  if (!picture) return null;
  const alts = LANGUAGES.flatMap((language) => {
    const alt = texts[language]?.pictureAlt ?? '';
    return alt === '' ? [] : [[language, alt]];
  });
  const { sha256, credit, focus } = picture;
  return { src: sha256, file: files.get(sha256) ?? null, credit, alts: Object.fromEntries(alts), focus };
}
