import type { Language } from '@bulkhead/contracts';
import { escapeText } from '@bulkhead/web';
import type { Shown } from './status.rules.ts';
import { statusWords, tellNotice } from './words.rules.ts';

/** Entries of a feed: the latest notices. */
const ENTRIES = 50;

export type FeedContext = { readonly url: string; readonly organisation: string };

/** The notices as an Atom feed (RFC 4287) in one language. */
export function feed(shown: Shown, language: Language, { url, organisation }: FeedContext): string {
  const words = statusWords(language);
  const compartments = shown.facts?.compartments ?? [];
  const updatedAt = shown.notices.at(-1)?.at ?? shown.facts?.at ?? '1970-01-01T00:00:00.000Z';
  const entries = shown.notices.slice(-ENTRIES).reverse();
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}">
<id>${xml(`${url}/${language}/feed.atom`)}</id>
<title>${xml(`${organisation} · ${words.area}`)}</title>
<updated>${updatedAt}</updated>
<author><name>${xml(organisation)}</name></author>
<link rel="self" type="application/atom+xml" href="${xml(`${url}/${language}/feed.atom`)}"/>
<link rel="alternate" type="text/html" hreflang="${language}" href="${xml(`${url}/${language}/`)}"/>
${entries
  .map((notice) => {
    const { title, sentences } = tellNotice(notice, compartments, language);
    return `<entry>
<id>${xml(`${url}/${language}/#notice-${notice.number}`)}</id>
<title>${xml(title)}</title>
<published>${notice.at}</published>
<updated>${notice.at}</updated>
<link rel="alternate" type="text/html" href="${xml(`${url}/${language}/#notice-${notice.number}`)}"/>
<content type="text">${xml(sentences.join('\n'))}</content>
</entry>
`;
  })
  .join('')}</feed>
`;
}

/** XML 1.0 knows no control characters, escaped or not. */
function xml(text: string): string {
  return escapeText(text.replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ''));
}
