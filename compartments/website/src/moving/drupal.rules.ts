import type { Language } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import { type EventTypes, readFacts } from './event.rules.ts';
import { type Entry, oldPath, type Passed, type Source } from './source.rules.ts';
import { readLanguage } from './wordpress.rules.ts';

const line = z.string().nullish();
const resourceSchema = z.object({
  type: z.string(),
  id: z.string(),
  attributes: z.record(z.string(), z.unknown()),
  relationships: z.record(z.string(), z.unknown()).default({}),
});
/** The field that Drupal's own article has for its picture. */
const imageSchema = z.object({
  field_image: z.object({ data: z.object({ id: z.string(), meta: z.object({ alt: line }).default({}) }) }),
});
const fileSchema = z.object({
  type: z.literal('file--file'),
  id: z.string(),
  attributes: z.object({ uri: z.object({ url: z.string() }) }),
});
const nodeSchema = z.object({
  title: z.string(),
  status: z.boolean(),
  langcode: z.string().default(''),
  created: line,
  drupal_internal__nid: z.number().int(),
  path: z.object({ alias: line, langcode: line }).nullish(),
  body: z.object({ value: line, processed: line, summary: line }).nullish(),
});
const redirectSchema = z.object({
  redirect_source: z.object({ path: z.string(), query: z.union([z.null(), z.array(z.unknown()).max(0)]).optional() }),
  redirect_redirect: z.object({ uri: z.string() }),
});
const dumpSchema = z.object({ data: z.array(z.unknown()), included: z.array(z.unknown()).default([]) });

export type DumpFile = { readonly name: string; readonly text: string };

/** Reads answers of Drupal's JSON:API that were saved: nodes, and what the module Redirect answers. */
export function readDrupal(files: readonly DumpFile[], given: Omit<Told, 'pictures'>): Source {
  const entries: Entry[] = [];
  const redirects: { from: string; to: string }[] = [];
  const passed: Passed[] = [];
  const dumps = files.map((file) => ({ ...file, ...readDump(file) }));
  const told = { ...given, pictures: listPictures(dumps.flatMap(({ data, included }) => [...data, ...included])) };
  for (const file of dumps)
    for (const [at, one] of file.data.entries()) {
      const where = `${file.name}, data[${at}]`;
      const resource = resourceSchema.safeParse(one);
      if (!resource.success) passed.push({ where, why: 'is no resource of JSON:API' });
      else if (resource.data.type === 'redirect--redirect') {
        const redirect = redirectSchema.safeParse(resource.data.attributes);
        const read = redirect.success ? readRedirect(redirect.data, told.origin) : null;
        if (read) redirects.push(read);
        else passed.push({ where, why: 'is a redirect that is not from one path of the site to another' });
      } else if (resource.data.type.startsWith('node--')) {
        const read = readNode(resource.data, where, told);
        if ('why' in read) passed.push(read);
        else entries.push(read);
      }
    }
  return { origin: told.origin, entries, redirects, passed };
}

type Told = {
  readonly language: Language;
  readonly origin: string;
  readonly events?: EventTypes;
  /** The addresses of files, by their ids. */
  readonly pictures: ReadonlyMap<string, string>;
};

function listPictures(resources: readonly unknown[]): ReadonlyMap<string, string> {
  const files = resources.map((each) => fileSchema.safeParse(each)).flatMap(({ data }) => (data ? [data] : []));
  return new Map(files.map(({ id, attributes }) => [id, attributes.uri.url]));
}

function readDump({ name, text }: DumpFile): z.infer<typeof dumpSchema> {
  try {
    return dumpSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? cause.message : 'it has no list "data"';
    throw new EstateError('input.invalid', `${name}: this is no answer of JSON:API: ${why.slice(0, 200)}`, { cause });
  }
}

function readNode(
  { type, attributes, relationships }: z.infer<typeof resourceSchema>,
  where: string,
  told: Told,
): Entry | Passed {
  const parsed = nodeSchema.safeParse(attributes);
  if (!parsed.success) return { where, why: `is a node without ${parsed.error.issues[0]?.path.join('.') ?? 'attributes'}` };
  const { title, status, langcode, created, path, body, drupal_internal__nid: nid } = parsed.data;
  const named = `${where} (node ${nid}, "${title.slice(0, 60)}")`;
  if (!status) return { where: named, why: 'is not public there' };
  const language = langcode === '' || langcode === 'und' ? told.language : readLanguage(langcode);
  if (!language) return { where: named, why: `is in a language that this site does not have (${langcode.slice(0, 20)})` };
  const date = Date.parse(created ?? '');
  const prefix = path?.langcode && langcode !== told.language && langcode !== 'und' ? `/${langcode}` : '';
  const known = [...(path?.alias ? [`${prefix}${path.alias}`] : []), `${prefix}/node/${nid}`];
  const fields = told.events?.get(type.slice('node--'.length));
  const image = imageSchema.safeParse(relationships).data?.field_image.data;
  const src = image ? told.pictures.get(image.id) : undefined;
  return {
    where: named,
    group: `node ${nid}`,
    type: type.slice('node--'.length),
    language,
    title,
    summary: body?.summary ?? '',
    html: body?.processed ?? body?.value ?? '',
    isLoose: false,
    paths: known.map((each) => oldPath(each, told.origin)).filter((each) => each !== null),
    firstPublished: Number.isNaN(date) ? null : new Date(date),
    ...(fields ? { event: readFacts(fields, (name) => attributeOf(attributes, name)) } : {}),
    lead: src === undefined ? undefined : { src, alt: image?.meta.alt ?? '' },
  };
}

/** `field_when.value`: what stands under a path of names; empty if there is nothing, or no text. */
function attributeOf(attributes: Readonly<Record<string, unknown>>, path: string): string {
  const found = path.split('.').reduce<unknown>((within, name) => {
    const one: unknown = Array.isArray(within) ? within[0] : within;
    return typeof one === 'object' && one !== null ? Object.entries(one).find(([key]) => key === name)?.[1] : undefined;
  }, attributes);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
}

function readRedirect(given: z.infer<typeof redirectSchema>, origin: string): { from: string; to: string } | null {
  const uri = given.redirect_redirect.uri.replace(/^internal:/, '').replace(/^entity:/, '/');
  const from = oldPath(`/${given.redirect_source.path.replace(/^\/+/, '')}`, origin);
  const to = oldPath(uri, origin);
  return from && to ? { from, to } : null;
}
