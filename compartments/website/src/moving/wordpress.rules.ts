import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { type EventFacts, type EventTypes, readFacts } from './event.rules.ts';
import { type Entry, oldPath, type Passed, type Source } from './source.rules.ts';
import { childText, type Element, readXml } from './xml.rules.ts';

/** Reads a WordPress export (WXR): posts, pages, and the addresses that they had before. */
export function readWordpress(
  xml: string,
  told: { readonly language: Language; readonly origin: string | null; readonly events?: EventTypes },
): Source {
  const channel = readXml(xml).children.find(({ name }) => name === 'channel');
  const site = channel && (childText(channel, 'wp:base_blog_url') || childText(channel, 'link'));
  if (!channel || !site || !URL.canParse(site))
    throw new EstateError(
      'input.invalid',
      'line 1: this is no export of WordPress: it has no <channel> with the address of its site',
    );
  const origin = told.origin ?? new URL(site).origin;
  const language = readLanguage(childText(channel, 'language')) ?? told.language;
  const passed: Passed[] = [];
  const items = channel.children.filter(({ name }) => name === 'item');
  const byId = new Map(items.map((item) => [childText(item, 'wp:post_id'), item]));
  const events = told.events ?? new Map();
  const entries = items.flatMap((item, at) =>
    readItem(item, { origin, language, where: `item ${at + 1}`, passed, byId, events }),
  );
  return { origin, entries, redirects: [], passed };
}

type Around = {
  readonly origin: string;
  readonly language: Language;
  readonly where: string;
  readonly passed: Passed[];
  readonly byId: ReadonlyMap<string, Element>;
  readonly events: EventTypes;
};

function readItem(item: Element, around: Around): Entry[] {
  const { origin, passed } = around;
  const type = childText(item, 'wp:post_type');
  const id = childText(item, 'wp:post_id');
  const title = childText(item, 'title');
  const where = `${around.where} (${type} ${id}, "${title.slice(0, 60)}")`;
  if (type === 'attachment' || type === 'nav_menu_item' || type === 'revision' || type.startsWith('wp_')) return [];
  const status = childText(item, 'wp:status');
  const why = status === 'publish' ? childText(item, 'wp:post_password') && 'has a password' : `is not public there (${status})`;
  if (why) {
    passed.push({ where, why });
    return [];
  }
  const terms = item.children.filter(({ name }) => name === 'category');
  const term = (domain: string) => terms.find(({ attributes }) => attributes['domain'] === domain)?.attributes['nicename'];
  const path = oldPath(childText(item, 'link'), origin);
  const paths = path === null ? [] : [path, ...oldSlugs(item).map((slug) => path.replace(/[^/]+(\/?)$/, `${slug}$1`))];
  const date = Date.parse(`${childText(item, 'wp:post_date_gmt').replace(' ', 'T')}Z`);
  return [
    {
      where,
      // Polylang puts translations together under a term of this name.
      group: term('post_translations') ?? `post ${id}`,
      type,
      language: readLanguage(term('language') ?? '') ?? around.language,
      title,
      summary: childText(item, 'excerpt:encoded'),
      html: withoutShortcodes(childText(item, 'content:encoded')),
      isLoose: true,
      paths,
      firstPublished: Number.isNaN(date) ? null : new Date(date),
      ...factsOf(item, type, around),
      lead: leadOf(item, around.byId),
    },
  ];
}

function factsOf(item: Element, type: string, { events, byId }: Around): { readonly event?: EventFacts } {
  const fields = events.get(type);
  if (!fields) return {};
  const facts = readFacts(fields, (name) => metaOf(item, name));
  // Plugins keep places as posts of their own, and say their number.
  const venue = /^\d{1,10}$/.test(facts.place) ? byId.get(facts.place) : undefined;
  return { event: venue ? { ...facts, place: childText(venue, 'title') } : facts };
}

/** The picture of a whole post: an attachment, whose address and description stand in an item of its own. */
function leadOf(item: Element, byId: ReadonlyMap<string, Element>): Entry['lead'] {
  const attachment = byId.get(metaOf(item, '_thumbnail_id') || '-');
  const src = attachment ? childText(attachment, 'wp:attachment_url') : '';
  return attachment && src !== '' ? { src, alt: metaOf(attachment, '_wp_attachment_image_alt') } : undefined;
}

function metaOf(item: Element, key: string): string {
  const meta = item.children.find((child) => child.name === 'wp:postmeta' && childText(child, 'wp:meta_key') === key);
  return meta ? childText(meta, 'wp:meta_value') : '';
}

function oldSlugs(item: Element): string[] {
  return item.children
    .filter((child) => child.name === 'wp:postmeta' && childText(child, 'wp:meta_key') === '_wp_old_slug')
    .map((meta) => childText(meta, 'wp:meta_value'))
    .filter((slug) => /^[\w%.-]{1,200}$/.test(slug));
}

// What WordPress itself replaces before it shows a text; the words inside stay.
function withoutShortcodes(html: string): string {
  return html.replaceAll(/\[\/?(?:caption|gallery|embed|audio|video|playlist|wp_caption)(?:\s[^\]\n]{0,1000})?\]/g, '');
}

/** `fr-CA` is French. */
export function readLanguage(tag: string): Language | undefined {
  const [first = ''] = tag.toLowerCase().split(/[-_]/);
  return LANGUAGES.find((language) => language === first);
}
