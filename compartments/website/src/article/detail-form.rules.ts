import { z } from 'zod';
import { isTimeZone, readLocal, writeLocal } from '#schedule/local-time.rules.ts';
import type { Content, Publishing } from './article.rules.ts';
import {
  contactSchema,
  type Details,
  detailsOf,
  detailsSchema,
  eventTimesSchema,
  hasDetail,
  PAGE_PATH,
  type PageBlock,
  type Redirect,
  redirectSchema,
} from './details.rules.ts';
import { KINDS, type Kind } from './kind.rules.ts';
import { isDocumentSymbol, SUBJECT_LIMIT, type Subjects } from './subject.rules.ts';

/** So many parts of a page stand in the form. */
export const BLOCK_SLOTS = 10;
export const SUBJECT_FIELDS = ['topics', 'bodies', 'contacts'] as const;
export const DETAIL_MULTILINE = ['redirects', 'symbols'];

export type DetailFaultWhat =
  | 'time-form'
  | 'time-skipped'
  | 'time-twice'
  | 'zone'
  | 'ends-before'
  | 'symbol'
  | 'too-many'
  | 'path'
  | 'href'
  | 'contact'
  | 'redirect'
  | 'block';
export type DetailFault = { readonly field: string; readonly what: DetailFaultWhat; readonly text?: string };

const short = z.string().trim().max(200).default('');
const which = z.enum(['', 'first', 'second']).default('');
const idsSchema = z
  .array(z.string().regex(/^[1-9]\d{0,8}$/))
  .max(200)
  .default([]);
const blockFields = Object.fromEntries(
  Array.from({ length: BLOCK_SLOTS }, (_, at) =>
    ['kind', 'of', 'count', 'articles'].map(
      (part) => [`block-${at + 1}-${part}`, z.string().trim().max(300).default('')] as const,
    ),
  ).flat(),
);

/** Fields of what an article is about, when it is published, and of what only its kind has. */
export const detailFields = {
  topics: idsSchema,
  bodies: idsSchema,
  contacts: idsSchema,
  symbols: z.string().max(2000).default(''),
  publish: short,
  'publish-zone': short,
  'publish-which': which,
  starts: short,
  'starts-which': which,
  ends: short,
  'ends-which': which,
  'event-zone': short,
  online: z.string().trim().max(1000).default(''),
  path: short,
  email: short,
  phone: short,
  href: z.string().trim().max(1000).default(''),
  redirects: z.string().max(400_000).default(''),
  ...blockFields,
};
type Values = Readonly<Record<string, unknown>>;
type Tell = (fault: DetailFault) => void;

/** Reads those fields; with any fault nothing may be stored. */
export function parseDetails(
  values: Values,
  kind: Kind,
): Pick<Content, 'publishing' | 'subjects' | 'details'> & { readonly faults: readonly DetailFault[] } {
  const faults: DetailFault[] = [];
  const tell: Tell = (fault) => faults.push(fault);
  const details = detailsOf(kind, {
    event: hasDetail(kind, 'event') ? parseEvent(values, tell) : undefined,
    path: parsePath(textOf(values, 'path'), tell) || undefined,
    blocks: hasDetail(kind, 'blocks') ? parseBlocks(values, tell) : undefined,
    contact: hasDetail(kind, 'contact') ? parseContact(values, tell) : undefined,
    redirects: hasDetail(kind, 'redirects') ? parseRedirects(textOf(values, 'redirects'), tell) : undefined,
  });
  if (faults.length === 0 && !detailsSchema.safeParse(details).success) tell({ field: 'block-1-kind', what: 'block' });
  return { publishing: parsePublishing(values, tell), subjects: parseSubjects(values, tell), details, faults };
}

/** What stands in those fields for a version that exists. */
export function writeDetails({ publishing, subjects, details }: Content): Record<string, string | readonly string[]> {
  const { event, path, blocks, contact, redirects } = details;
  const ids = (named: readonly number[]) => named.map(String);
  return {
    topics: ids(subjects.topics),
    bodies: ids(subjects.bodies),
    contacts: ids(subjects.contacts),
    symbols: subjects.symbols.join(', '),
    ...(publishing ? writeTime('publish', publishing.at, publishing.zone) : {}),
    ...(publishing ? { 'publish-zone': publishing.zone } : {}),
    ...(event
      ? {
          ...writeTime('starts', new Date(event.startsAt), event.zone),
          ...writeTime('ends', new Date(event.endsAt), event.zone),
          'event-zone': event.zone,
          online: event.online,
        }
      : {}),
    path: path ?? '',
    ...contact,
    redirects: (redirects ?? []).map(({ from, to }) => `${from} ${to}`).join('\n'),
    ...Object.fromEntries(
      (blocks ?? []).flatMap((block, at) =>
        Object.entries(writeBlock(block)).map(([part, value]) => [`block-${at + 1}-${part}`, value]),
      ),
    ),
  };
}

function textOf(values: Values, name: string): string {
  const value = values[name];
  return typeof value === 'string' ? value : '';
}

function parsePublishing(values: Values, tell: Tell): Publishing | null {
  if (textOf(values, 'publish') === '') return null;
  const zone = textOf(values, 'publish-zone') || 'UTC';
  const at = parseTime(values, 'publish', { zone, zoneField: 'publish-zone' }, tell);
  return at && { at, zone };
}

/** An hour that a clock skips is refused; one that it shows twice must say which is meant. */
function parseTime(
  values: Values,
  field: string,
  { zone, zoneField }: { readonly zone: string; readonly zoneField: string },
  tell: Tell,
): Date | null {
  if (!isTimeZone(zone)) {
    tell({ field: zoneField, what: 'zone', text: zone });
    return null;
  }
  const text = textOf(values, field);
  const reading = readLocal(text, zone);
  if (reading.kind === 'one') return reading.at;
  if (reading.kind === 'twice') {
    const said = textOf(values, `${field}-which`);
    if (said === 'first') return reading.first;
    if (said === 'second') return reading.second;
    tell({ field, what: 'time-twice', text });
    return null;
  }
  tell({ field, what: reading.kind === 'skipped' ? 'time-skipped' : 'time-form', text });
  return null;
}

function writeTime(field: string, at: Date, zone: string): Record<string, string> {
  const text = writeLocal(at, zone);
  const reading = readLocal(text, zone);
  const said = reading.kind !== 'twice' ? '' : reading.first.getTime() === at.getTime() ? 'first' : 'second';
  return { [field]: text, [`${field}-which`]: said };
}

function parseEvent(values: Values, tell: Tell): Details['event'] {
  if (['starts', 'ends', 'online'].every((name) => textOf(values, name) === '')) return undefined;
  const zone = textOf(values, 'event-zone') || 'UTC';
  const zoned = { zone, zoneField: 'event-zone' };
  const startsAt = parseTime(values, 'starts', zoned, tell);
  const endsAt = textOf(values, 'ends') === '' ? startsAt : parseTime(values, 'ends', zoned, tell);
  if (!startsAt || !endsAt) return undefined;
  if (endsAt < startsAt) tell({ field: 'ends', what: 'ends-before' });
  const event = { startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString(), zone, online: textOf(values, 'online') };
  if (endsAt >= startsAt && !eventTimesSchema.safeParse(event).success)
    tell({ field: 'online', what: 'href', text: event.online });
  return event;
}

function parsePath(path: string, tell: Tell): string {
  const trimmed = path.replaceAll(/^\/+|\/+$/g, '');
  if (!PAGE_PATH.test(trimmed)) tell({ field: 'path', what: 'path' });
  return trimmed;
}

function parseSubjects(values: Values, tell: Tell): Subjects {
  const ids = (name: string): number[] => {
    const given = values[name];
    const found = Array.isArray(given) ? [...new Set(given.map(Number))].toSorted((left, right) => left - right) : [];
    if (found.length > SUBJECT_LIMIT) tell({ field: name, what: 'too-many' });
    return found;
  };
  const symbols = [
    ...new Set(
      textOf(values, 'symbols')
        .split(/[,;\n]/)
        .map((symbol) => symbol.replaceAll(/\s+/g, ' ').trim())
        .filter((symbol) => symbol !== ''),
    ),
  ];
  const wrong = symbols.find((symbol) => !isDocumentSymbol(symbol));
  if (wrong !== undefined) tell({ field: 'symbols', what: 'symbol', text: wrong.slice(0, 60) });
  else if (symbols.length > SUBJECT_LIMIT) tell({ field: 'symbols', what: 'too-many' });
  return { topics: ids('topics'), bodies: ids('bodies'), contacts: ids('contacts'), symbols };
}

function parseContact(values: Values, tell: Tell): Details['contact'] {
  const contact = { email: textOf(values, 'email'), phone: textOf(values, 'phone'), href: textOf(values, 'href') };
  if (Object.values(contact).every((value) => value === '')) return undefined;
  const parsed = contactSchema.safeParse(contact);
  if (parsed.success) return parsed.data;
  tell({ field: String(parsed.error.issues[0]?.path[0] ?? 'email'), what: 'contact' });
  return undefined;
}

function parseRedirects(written: string, tell: Tell): Redirect[] {
  const lines = written
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const redirects: Redirect[] = [];
  for (const line of lines) {
    const [from = '', to = '', ...rest] = line.split(/\s+/);
    const parsed = redirectSchema.safeParse({ from, to });
    if (parsed.success && rest.length === 0 && !redirects.some((other) => other.from === from)) redirects.push(parsed.data);
    else {
      tell({ field: 'redirects', what: 'redirect', text: line.slice(0, 100) });
      break;
    }
  }
  if (redirects.length > 1000) tell({ field: 'redirects', what: 'too-many' });
  return redirects;
}

function parseBlocks(values: Values, tell: Tell): PageBlock[] {
  return Array.from({ length: BLOCK_SLOTS }, (_, at) => at + 1).flatMap((slot) => {
    const part = (name: string) => textOf(values, `block-${slot}-${name}`);
    if (part('kind') === '') return [];
    const block = parseBlock(part('kind'), { of: part('of'), count: part('count'), articles: part('articles') });
    if (!block) tell({ field: `block-${slot}-kind`, what: 'block', text: String(slot) });
    return block ? [block] : [];
  });
}

type Parts = { readonly of: string; readonly count: string; readonly articles: string };

function parseBlock(kind: string, { of, count, articles }: Parts): PageBlock | undefined {
  const ids = articles
    .split(/[\s,;]+/)
    .filter((id) => id !== '')
    .map(Number);
  if (ids.some((id) => !Number.isSafeInteger(id) || id < 1)) return undefined;
  const [what = '', name = ''] = of.split(':', 2);
  const id = what !== 'kind' && /^[1-9]\d{0,8}$/.test(name) ? Number(name) : null;
  const limit = { topic: what === 'topic' ? id : null, body: what === 'body' ? id : null, count: Number(count || '6') };
  if (!(limit.count >= 1 && limit.count <= 30)) return undefined;
  if (kind === 'lead') return { kind, article: ids[0] ?? null };
  if (kind === 'latest') {
    const named = KINDS.filter((each) => what === 'kind' && each === name);
    return { kind, kinds: named, ...limit };
  }
  if (kind === 'events') return { kind, ...limit };
  if (kind === 'text') return { kind };
  if (kind === 'links') return ids.length > 0 && ids.length <= 30 ? { kind, articles: ids } : undefined;
  if (kind === 'contact') return what === 'contact' && id !== null ? { kind, contact: id } : undefined;
  return undefined;
}

function writeBlock(block: PageBlock): Record<string, string> {
  const { kind } = block;
  if (kind === 'lead') return { kind, articles: block.article === null ? '' : String(block.article) };
  if (kind === 'links') return { kind, articles: block.articles.join(', ') };
  if (kind === 'contact') return { kind, of: `contact:${block.contact}` };
  if (kind === 'text') return { kind };
  const [named] = kind === 'latest' ? block.kinds : [];
  const of =
    block.topic !== null ? `topic:${block.topic}` : block.body !== null ? `body:${block.body}` : named ? `kind:${named}` : '';
  return { kind, of, count: String(block.count) };
}
