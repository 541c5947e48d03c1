import { type EditionFile, LANGUAGES, type Language, type SixLanguages } from '@bulkhead/contracts';
import { directionOf, type Html, html, inLanguage, isLanguage, page } from '@bulkhead/web';
import { type RoomWords, roomWordsIn } from './reading-room.words.ts';

/** What is looked at of a page to find its language and where its body begins. */
const LOOKED_AT = 65_536;
const SKIP_LINK = /<a class="skip"[^<>]{0,200}>[^<>]{0,200}<\/a>/;
const BODY = /<body(?:\s[^<>]{0,4096})?>/i;
const HEAD_END = /<\/head\s*>/i;

export type Line = { readonly stylesheetPath: string; readonly statusUrl: string };

/**
 * Puts the line at the head of a published page, in the page's language, behind the link that skips to the content where there is
 * one. What is no page, or has no body, comes back as it is.
 */
export function addLine(file: Pick<EditionFile, 'headers' | 'language'>, bytes: Buffer, line: Line): Buffer {
  if (!(file.headers['content-type'] ?? '').startsWith('text/html')) return bytes;
  const text = bytes.toString('utf8');
  const start = text.slice(0, LOOKED_AT);
  const head = HEAD_END.exec(start);
  const place = SKIP_LINK.exec(start) ?? BODY.exec(start);
  if (!head || !place || place.index < head.index) return bytes;
  const told = /<html[^<>]{0,500}\slang\s*=\s*["']?([a-z]{2})/i.exec(start)?.[1]?.toLowerCase();
  const language = file.language ?? (isLanguage(told) ? told : 'en');
  const at = place.index + place[0].length;
  const style = String(html`<link rel="stylesheet" href="${line.stylesheetPath}">\n`);
  const parts = [
    text.slice(0, head.index),
    style,
    text.slice(head.index, at),
    '\n',
    String(lineIn(language, line)),
    text.slice(at),
  ];
  return Buffer.from(parts.join(''));
}

function lineIn(language: Language, { statusUrl }: Line): Html {
  const words = roomWordsIn(language);
  return html`<p class="reading-room-line" lang="${language}" dir="${directionOf(language)}"><strong>${words.line}</strong> ${words.lineMore} <a href="${statusUrl}">${words.status}</a></p>`;
}

/** What a page of the reading room's own needs to know. */
export type RoomFrame = {
  readonly language: Language;
  readonly organisation: string;
  readonly isSample: boolean;
  readonly area: SixLanguages | null;
  /** The address that was asked for, to ask for it in another language; null where it cannot be asked again. */
  readonly path: string | null;
  readonly styles: { readonly page: string; readonly line: string };
  readonly statusUrl: string;
  /** Where public pages can be read, if they can. */
  readonly pagesUrl: string | null;
};

export type Told = {
  readonly status: number;
  readonly title: keyof RoomWords;
  readonly sentences: readonly (keyof RoomWords)[];
};

/** Whatever cannot be read here: what it is, and where to go on. */
export function messagePage(given: RoomFrame, told: Told): Html {
  const { language, statusUrl, pagesUrl, path } = given;
  const words = roomWordsIn(language);
  return page({
    language,
    kind: 'public',
    title: words[told.title],
    organisation: given.organisation,
    isSample: given.isSample,
    home: '/',
    stylesheetPath: given.styles.page,
    head: html`<meta name="robots" content="noindex">
<link rel="stylesheet" href="${given.styles.line}">`,
    main: html`<div class="reading-room-message">
<p class="status"><span dir="ltr">${told.status}</span></p>
<h1>${words[told.title]}</h1>
${told.sentences.map((sentence) => html`<p class="lead">${words[sentence]}</p>\n`)}<p class="reading-room-ways"><a class="button" href="${statusUrl}">${words.toStatus}</a>${
      pagesUrl ? html` <a href="${pagesUrl}">${words.toPages}</a>` : null
    }</p>
</div>`,
    ...(given.area ? { area: inLanguage(given.area, language).text } : {}),
    ...(path === null ? {} : { languages: Object.fromEntries(LANGUAGES.map((one) => [one, `${path}?lang=${one}`])) }),
  });
}
