import { LANGUAGES, type Language, languageSchema } from '@bulkhead/contracts';
import { checkFields, type ProblemFault, tellIssue } from '@bulkhead/web';
import { z } from 'zod';
import type { Version } from '#article/article.rules.ts';
import { tellDraftFault } from '#article/draft-fault.rules.ts';
import { DRAFT_FORM, type Draft, draftSchema, fieldName, parseDraft, writeDraft } from '#article/draft-form.rules.ts';
import { NEWS_KINDS } from '#article/kind.rules.ts';
import { websiteWords } from '#words/words.ts';

const textSchema = z.strictObject({
  title: z.string().optional(),
  summary: z.string().optional(),
  /** As it is typed in the newsroom without a script: paragraphs, `## `, `- `. */
  body: z.string().optional(),
  slug: z.string().optional(),
  place: z.string().optional(),
  changeNote: z.string().optional(),
  /** The translation agrees with the English text as it is now. */
  isCurrent: z.boolean().optional(),
});
const idsSchema = z.array(z.number().int().min(1).max(999_999_999)).max(200).optional();
const writtenSchema = z.strictObject({
  slug: z.string().optional(),
  isMinor: z.boolean().optional(),
  texts: z.partialRecord(languageSchema, textSchema.nullable()).optional(),
  topics: idsSchema,
  bodies: idsSchema,
  contacts: idsSchema,
  symbols: z.array(z.string().max(50)).max(50).optional(),
  publish: z
    .strictObject({ time: z.string(), zone: z.string(), which: z.enum(['first', 'second']).optional() })
    .nullable()
    .optional(),
});
const newSchema = writtenSchema.extend({ kind: z.enum(NEWS_KINDS) });
const changeSchema = writtenSchema.extend({ revision: z.number().int().min(1).max(999_999_999) });
type Written = z.infer<typeof writtenSchema>;
type Values = Record<string, string | readonly string[] | undefined>;
type Read = { readonly ok: true; readonly draft: Draft } | { readonly ok: false; readonly errors: readonly ProblemFault[] };

/** Reads an article that a program begins: news of some kind. Other kinds are begun in the newsroom. */
export function readNewDraft(body: unknown, language: Language): Read {
  const parsed = newSchema.safeParse(body);
  if (!parsed.success) return { ok: false, errors: tellIssues(parsed.error, language) };
  return check({ kind: parsed.data.kind, ...fieldsOf(parsed.data) }, language);
}

/** Reads a change of a draft: what is left out stays as it is, a language that is null goes, as with RFC 7396. */
export function readChange(body: unknown, version: Version, language: Language): Read {
  const parsed = changeSchema.safeParse(body);
  if (!parsed.success) return { ok: false, errors: tellIssues(parsed.error, language) };
  const { content } = version;
  const present: Values = { ...writeDraft(content, parsed.data.revision), ...treesOf(version) };
  return check({ ...present, ...fieldsOf(parsed.data) }, language);
}

/** The texts as they are, figures and all: only what is sent is read anew. */
function treesOf({ content }: Version): Values {
  return Object.fromEntries(
    LANGUAGES.flatMap((language) => {
      const text = content.texts[language];
      return text && text.body.length > 0 ? [[fieldName('tree', language), JSON.stringify(text.body)]] : [];
    }),
  );
}

function fieldsOf(written: Written): Values {
  const { slug, isMinor, texts, symbols, publish } = written;
  const ids = (['topics', 'bodies', 'contacts'] as const).flatMap((name) => {
    const given = written[name];
    return given ? [[name, given.map(String)] as const] : [];
  });
  return {
    ...Object.fromEntries(ids),
    ...(slug === undefined ? {} : { slug: plain(slug) }),
    ...(isMinor === undefined ? {} : { minor: isMinor ? 'on' : undefined }),
    ...(symbols ? { symbols: symbols.map(plain).join('\n') } : {}),
    ...(publish === undefined
      ? {}
      : { publish: publish?.time ?? '', 'publish-zone': publish?.zone ?? '', 'publish-which': publish?.which ?? '' }),
    ...Object.assign({}, ...LANGUAGES.map((language) => textFields(texts?.[language], language))),
  };
}

const NOTHING = { title: '', summary: '', body: '', slug: '', place: '', changeNote: '' };

function textFields(text: z.infer<typeof textSchema> | null | undefined, language: Language): Values {
  if (text === undefined) return {};
  const { title, summary, body, slug, place, changeNote, isCurrent } = text ?? { ...NOTHING, isCurrent: false };
  const given = { title, summary, body, slug, place, note: changeNote };
  return {
    ...Object.fromEntries(
      (['title', 'summary', 'body', 'slug', 'place', 'note'] as const).flatMap((field) => {
        const value = given[field];
        return value === undefined ? [] : [[fieldName(field, language), plain(value)]];
      }),
    ),
    ...(body === undefined ? {} : { [fieldName('tree', language)]: '' }),
    ...(isCurrent ? { [fieldName('current', language)]: 'on' } : {}),
  };
}

function plain(text: string): string {
  return text.replaceAll('\r\n', '\n').normalize('NFC');
}

/** From here on it is what the newsroom's own form would have sent, and is held against the same rules. */
function check(values: Values, language: Language): Read {
  const sent = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const form = checkFields(Object.fromEntries(sent), draftSchema, DRAFT_FORM, language);
  if (!form.ok)
    return { ok: false, errors: Object.entries(form.faults).map(([field, detail]) => ({ pointer: pointerOf(field), detail })) };
  const { draft, faults } = parseDraft(form.value);
  if (faults.length === 0) return { ok: true, draft };
  const words = websiteWords(language);
  return {
    ok: false,
    errors: faults.map((fault) => ({ pointer: pointerOf(fault.field), detail: tellDraftFault(fault, words) })),
  };
}

function tellIssues(error: z.ZodError, language: Language): ProblemFault[] {
  return error.issues.flatMap((issue) => {
    const at = issue.path.map(String);
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys : [];
    const places = unknown.length > 0 ? unknown.map((key) => [...at, key]) : [at];
    return places.map((place) => ({ pointer: writePointer(place), detail: tellIssue(issue, language) }));
  });
}

/** Where in the JSON a field of the form stands: `title-fr` is `#/texts/fr/title`. */
export function pointerOf(field: string): string {
  const [, name, language] = /^(title|summary|body|tree|note|slug|place|current)-([a-z]{2})$/.exec(field) ?? [];
  if (name !== undefined && language !== undefined) {
    const names: Readonly<Record<string, string>> = { tree: 'body', note: 'changeNote', current: 'isCurrent' };
    return writePointer(['texts', language, names[name] ?? name]);
  }
  const publish: Readonly<Record<string, string>> = { publish: 'time', 'publish-zone': 'zone', 'publish-which': 'which' };
  const part = publish[field];
  return writePointer(part === undefined ? [field] : ['publish', part]);
}

function writePointer(path: readonly string[]): string {
  return `#${path.map((part) => `/${part.slice(0, 60).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
}
