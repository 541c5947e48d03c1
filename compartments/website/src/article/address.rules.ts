import { LANGUAGES, type Language } from '@bulkhead/contracts';
import type { Content } from './article.rules.ts';
import { RESERVED_PARTS } from './details.rules.ts';
import { hasOwnPage, type Room, roomOf } from './kind.rules.ts';

type Addressed = Pick<Content, 'kind' | 'slug' | 'details' | 'texts'>;
/** What stands before the address of an article of a room. */
export const PREFIX: Readonly<Partial<Record<Room, string>>> = {
  news: 'news/',
  event: 'events/',
  topic: 'topics/',
  body: 'bodies/',
};

/** The end of an article's address in a language. Where there is no text of its own, that of the version. */
export function slugIn({ slug, texts }: Addressed, language: Language): string {
  return texts[language]?.slug || slug;
}

/** An article's address within its room, which no other article of the room may have. */
export function addressIn(content: Addressed, language: Language): { readonly room: Room; readonly path: string } {
  const room = roomOf(content.kind);
  if (content.kind === 'home') return { room, path: 'home' };
  const { path = '' } = content.details;
  const slug = slugIn(content, language);
  return { room, path: path === '' ? slug : `${path}/${slug}` };
}

export function hasSameAddresses(left: Addressed, right: Addressed): boolean {
  const tell = (content: Addressed) => LANGUAGES.map((language) => Object.values(addressIn(content, language)).join(' ')).join();
  return tell(left) === tell(right);
}

/** Where the public finds an article in a language: `/en/news/first-light`; null for what has no page of its own. */
export function publicPath(content: Addressed, language: Language): string | null {
  if (!hasOwnPage(content.kind)) return null;
  if (content.kind === 'home') return `/${language}/`;
  const { room, path } = addressIn(content, language);
  return `/${language}/${PREFIX[room] ?? ''}${path}`;
}

/** Whether the address of a page would hide another part of the site. */
export function isReserved(content: Addressed): boolean {
  if (roomOf(content.kind) !== 'page' || content.kind === 'home') return false;
  return LANGUAGES.some((language) => {
    const [first = ''] = addressIn(content, language).path.split('/');
    return RESERVED_PARTS.includes(first) || addressIn(content, language).path === 'home';
  });
}
