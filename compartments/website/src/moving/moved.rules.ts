import type { Language } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { isReserved, publicPath } from '#article/address.rules.ts';
import { proposeSlug, TEXT_LIMITS } from '#article/article.rules.ts';
import { PAGE_PATH } from '#article/details.rules.ts';
import { hasUnshowable, type Prose, plainLines } from '#prose/prose.rules.ts';
import { parseTree } from '#prose/tree.rules.ts';
import { eventFields } from './event.rules.ts';
import { type Taken, takeMarkup } from './markup.rules.ts';
import { type MovedLead, type MovedPicture, PictureShelf } from './picture.rules.ts';
import {
  addressKey,
  type Entry,
  MOVING_LIMITS,
  type MovedKind,
  oldPath,
  type Passed,
  readUrl,
  type Source,
} from './source.rules.ts';

/** A draft as the newsroom's form takes it, and what whoever checks it should know. */
export type Moved = {
  /** Names the text of the old site for ever. */
  readonly key: string;
  readonly where: string;
  readonly title: string;
  /** Of all fields: a text that changed on the old site has another. */
  readonly digest: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly redirects: readonly { readonly from: string; readonly to: string }[];
  readonly dropped: Readonly<Record<string, number>>;
  readonly unresolved: readonly string[];
  readonly pictures: readonly MovedPicture[];
  readonly lead: MovedLead | null;
  /** Fields that name other articles: by the keys of those, since their numbers are not known before they are here. */
  readonly names: readonly { readonly field: string; readonly before: string; readonly keys: readonly string[] }[];
};
export type Moving = {
  readonly moved: readonly Moved[];
  readonly redirects: readonly { readonly from: string; readonly to: string }[];
  readonly refused: readonly Passed[];
};

type Addressed = { readonly group: readonly Entry[]; readonly kind: MovedKind; readonly slug: string; readonly path: string };

export type MovingOptions = {
  readonly kinds: ReadonlyMap<string, MovedKind>;
  readonly otherwise: MovedKind | null;
  /** Of times that do not say theirs; UTC unless told. */
  readonly zone?: string;
  /** Of pictures that do not say theirs. */
  readonly credit?: string;
  /** The files of pictures that came with the export, by their paths. */
  readonly pictureFiles?: readonly string[];
};

const SUMMARY_CHARACTERS = 300;
const KIND_OF: Readonly<Record<string, MovedKind>> = { post: 'news', article: 'news', news: 'news', story: 'news', page: 'page' };

/** Turns what an export holds into drafts: one for each text with all its translations, led to by its old addresses. */
export function moveIn(source: Source, options: MovingOptions): Moving {
  const refused = [...source.passed];
  const addressed = giveAddresses(source, options, refused);
  const shelf = new PictureShelf(options.pictureFiles ?? [], source.origin);
  const targets = new Map<string, string>();
  for (const { group, kind, slug, path } of addressed)
    for (const { paths, language } of group) {
      const target = publicPath({ kind, slug, details: path === '' ? {} : { path }, texts: {} }, language);
      if (target !== null) for (const old of paths) if (!targets.has(addressKey(old))) targets.set(addressKey(old), target);
    }
  const moved = addressed.flatMap((each) => {
    const made = makeDraft(each, { source, targets, shelf, zone: options.zone ?? 'UTC', credit: options.credit ?? '' });
    if (!('why' in made)) return [made];
    refused.push(made);
    return [];
  });
  const redirects = source.redirects.flatMap(({ from, to }) => {
    const target = targets.get(addressKey(to));
    if (target === undefined) refused.push({ where: `redirect ${from}`, why: `leads to ${to}, which was not moved` });
    return target === undefined ? [] : [{ from, to: target }];
  });
  return { moved, redirects, refused };
}

function giveAddresses(source: Source, { kinds, otherwise }: MovingOptions, refused: Passed[]): Addressed[] {
  const taken = new Set<string>();
  return [...Map.groupBy(source.entries, ({ group }) => group).values()].flatMap((group): Addressed[] => {
    const english = group.find(({ language }) => language === 'en');
    const [first] = group;
    const where = (english ?? first)?.where ?? '';
    if (!english || english.title === '') {
      refused.push({ where, why: 'has no English text with a title, which every article here needs' });
      return [];
    }
    if (new Set(group.map(({ language }) => language)).size < group.length) {
      refused.push({ where, why: 'has two texts in one language' });
      return [];
    }
    const kind = kinds.get(english.type) ?? (english.event ? 'event' : KIND_OF[english.type]) ?? otherwise;
    if (!kind) {
      refused.push({ where, why: `is of the type "${english.type.slice(0, 40)}": say with --kinds what that becomes` });
      return [];
    }
    const given = decodePath(english.paths[0] ?? '')
      .split('/')
      .filter((part) => part !== '');
    const parts = given[0] === 'en' ? given.slice(1) : given;
    const last = proposeSlug((parts.at(-1) ?? '').replace(/\.(?:html?|php|aspx?)$/i, ''));
    const wanted = last || proposeSlug(english.title) || 'untitled';
    const above =
      kind === 'page'
        ? parts
            .slice(0, -1)
            .map(proposeSlug)
            .filter((part) => part !== '')
            .join('/')
        : '';
    const path = PAGE_PATH.test(above) && above.length <= 150 ? above : '';
    let slug = wanted;
    for (let at = 2; taken.has(`${kind === 'page'} ${path}/${slug}`); at += 1) slug = `${wanted}-${at}`;
    if (isReserved({ kind, slug, details: path === '' ? {} : { path }, texts: {} })) {
      refused.push({ where, why: `its address /${path === '' ? slug : `${path}/${slug}`} is one that this site needs itself` });
      return [];
    }
    taken.add(`${kind === 'page'} ${path}/${slug}`);
    return [{ group, kind, slug, path }];
  });
}

type Surroundings = {
  readonly source: Source;
  readonly targets: ReadonlyMap<string, string>;
  readonly shelf: PictureShelf;
  readonly zone: string;
  readonly credit: string;
};

function makeDraft({ group, kind, slug, path }: Addressed, around: Surroundings): Moved | Passed {
  const { source } = around;
  const english = group.find(({ language }) => language === 'en');
  const { where = '', title = '' } = english ?? {};
  const fields: Record<string, string> = { kind, slug, ...(path === '' ? {} : { path }) };
  if (kind === 'event') {
    if (!english?.event) return { where, why: 'is an event whose fields are not known: name them with --events' };
    const made = eventFields(english.event, around.zone);
    if ('why' in made) return { where, why: String(made['why']) };
    Object.assign(fields, made);
  }
  const dropped = new Map<string, number>();
  const unresolved = new Set<string>();
  const pictures: MovedPicture[] = [];
  for (const entry of group) {
    const made = makeText(entry, around, unresolved);
    if ('why' in made) return { where: entry.where, why: made.why };
    for (const [what, count] of Object.entries(made.taken.dropped)) dropped.set(what, (dropped.get(what) ?? 0) + count);
    pictures.push(...made.taken.pictures);
    Object.assign(fields, made.fields);
  }
  const redirects = group.flatMap(({ paths, language }) => {
    const to = publicPath({ kind, slug, details: path === '' ? {} : { path }, texts: {} }, language);
    return to === null ? [] : paths.filter((from) => from !== to && from !== '/').map((from) => ({ from, to }));
  });
  return {
    key: `${source.origin} ${group[0]?.group ?? ''}`,
    where,
    title: lineOf(title),
    digest: sha256Hex(JSON.stringify(fields)),
    fields,
    redirects,
    dropped: Object.fromEntries(dropped),
    unresolved: [...unresolved].slice(0, 200),
    pictures: pictures.slice(0, 200),
    lead: leadOf(group, around),
    names: [],
  };
}

/** The picture that stands for the text: that of the English one, with the descriptions that all languages have. */
function leadOf(group: readonly Entry[], { shelf, credit }: Surroundings): MovedLead | null {
  const src = (group.find(({ language }) => language === 'en') ?? group[0])?.lead?.src;
  if (!src) return null;
  const alts = group.flatMap(({ language, lead }) =>
    lead && lead.alt !== '' ? [[language, lineOf(lead.alt).slice(0, 300)]] : [],
  );
  return { src: src.slice(0, 500), file: shelf.find(src, '/'), credit, alts: Object.fromEntries(alts), focus: null };
}

function makeText(
  entry: Entry,
  { source: { origin }, targets, shelf }: Surroundings,
  unresolved: Set<string>,
): { readonly fields: Record<string, string>; readonly taken: Taken } | { readonly why: string } {
  const { language } = entry;
  if (entry.html.length > MOVING_LIMITS.html) return { why: `has over ${MOVING_LIMITS.html} characters` };
  let taken: Taken;
  try {
    taken = takeMarkup(entry.html, {
      isLoose: entry.isLoose,
      lead: leader(entry, origin, targets, unresolved),
      find: (src) => shelf.find(src, entry.paths[0] ?? '/'),
    });
  } catch (error) {
    if (error instanceof RangeError) return { why: error.message.slice(0, 100) };
    throw error;
  }
  const title = lineOf(entry.title);
  if (title.length > TEXT_LIMITS.title) return { why: `its title has over ${TEXT_LIMITS.title} characters` };
  const said = lineOf(
    takeMarkup(entry.summary, { isLoose: false, lead: () => null })
      .prose.flatMap((block) => plainLines([block]))
      .join(' '),
  );
  const prose: Prose = entry.firstPublished ? [...taken.prose, datedLine(entry.firstPublished, language)] : taken.prose;
  const tree = JSON.stringify(prose);
  const [fault] = parseTree(tree).faults;
  if (fault)
    return {
      why:
        fault.what === 'unshowable'
          ? 'holds characters that cannot be shown'
          : 'is longer than one article can be: split it there first',
    };
  const fields = {
    [`title-${language}`]: title,
    [`summary-${language}`]: shorten(said || lineOf(plainLines(taken.prose).slice(0, 3).join(' '))),
    [`tree-${language}`]: tree,
    ...(entry.event?.place ? { [`place-${language}`]: lineOf(entry.event.place).slice(0, TEXT_LIMITS.place) } : {}),
  };
  return { fields, taken };
}

/** Links to what was moved lead to it; others on the old site stay whole, and are told. */
function leader({ paths }: Entry, origin: string, targets: ReadonlyMap<string, string>, unresolved: Set<string>) {
  const base = paths[0] ?? '/';
  return (href: string): string | null => {
    if (/^mailto:/i.test(href)) return href.replace(/\?.*$/s, '');
    const url = readUrl(href, `${origin}${base}`);
    if (!url) return null;
    const old = oldPath(url.href, origin);
    const target = old === null ? undefined : targets.get(addressKey(old));
    if (target !== undefined) return target;
    if (url.origin === origin || old !== null) unresolved.add(url.href.slice(0, 500));
    return url.href;
  };
}

const FIRST_PUBLISHED: Readonly<Record<Language, string>> = {
  ar: 'نُشر أول مرة في {date}.',
  zh: '首次发布于{date}。',
  en: 'First published on {date}.',
  fr: 'Première publication le {date}.',
  ru: 'Впервые опубликовано: {date}.',
  es: 'Publicado por primera vez el {date}.',
};

// A publication here has the time of its approval: when it was public before is told in its words.
function datedLine(at: Date, language: Language): Prose[number] {
  const date = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { dateStyle: 'long', timeZone: 'UTC' }).format(at);
  return {
    kind: 'paragraph',
    content: [{ kind: 'text', text: FIRST_PUBLISHED[language].replace('{date}', date), marks: ['em'] }],
  };
}

function lineOf(text: string): string {
  const shown = Array.from(text.slice(0, 100_000)).filter((sign) => !hasUnshowable(sign));
  return shown.join('').replaceAll(/\s+/g, ' ').trim();
}

function shorten(text: string): string {
  if (text.length <= SUMMARY_CHARACTERS) return text;
  const cut = text.slice(0, SUMMARY_CHARACTERS);
  return `${(cut.includes(' ') ? cut.replace(/ [^ ]*$/, '') : cut).toWellFormed()}…`;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
