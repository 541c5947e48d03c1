import { canonicalJson, type Json, sha256Hex } from '@bulkhead/kernel';
import { type ArticleText, type Content, languagesOf, type Picture, type Reasons } from './article.rules.ts';

/**
 * SHA-256 of all that a version's page shows, bound to its article and number. The requests that submit and approve it
 * end in this digest, so their tokens prove what exactly the two persons saw.
 * What a version does not have is left out: a digest that was approved once stays the same when articles can have more.
 */
export function digestContent(articleId: number, number: number, content: Content): string {
  const { kind, slug, isMinor, picture, publishing, subjects, details, figures } = content;
  const texts: Record<string, Json> = {};
  for (const language of languagesOf(content)) {
    const text = content.texts[language];
    if (text) texts[language] = textJson(text);
  }
  return sha256Hex(
    canonicalJson({
      what: 'article version',
      articleId,
      number,
      kind,
      slug,
      isMinor,
      picture: picture && {
        ...pictureJson(picture),
        credit: picture.credit,
        ...(picture.focus ? { focus: toJson(picture.focus) } : {}),
      },
      texts,
      ...(publishing ? { publishing: { at: publishing.at.toISOString(), zone: publishing.zone } } : {}),
      ...present('subjects', Object.fromEntries(Object.entries(subjects).filter(([, named]) => named.length > 0))),
      ...present('details', details),
      ...(figures.length > 0 ? { figures: figures.map(pictureJson) } : {}),
    }),
  );
}

/** SHA-256 of a withdrawal: which content is taken away, and the reasons that the public will read. */
export function digestWithdrawal(contentDigest: string, reasons: Reasons): string {
  return sha256Hex(canonicalJson({ what: 'article withdrawal', contentDigest, reasons: toJson(reasons) }));
}

/** SHA-256 of what translators work from. */
export function digestSource({ title, summary, body, place }: Pick<ArticleText, 'title' | 'summary' | 'body' | 'place'>): string {
  return sha256Hex(canonicalJson({ what: 'source text', title, summary, body: toJson(body), place }));
}

function textJson({ title, summary, body, pictureAlt, changeNote, slug, place, sourceSha256 }: ArticleText): Json {
  return {
    title,
    summary,
    body: toJson(body),
    pictureAlt,
    changeNote,
    ...(slug === '' ? {} : { slug }),
    ...(place === '' ? {} : { place }),
    ...(sourceSha256 === null ? {} : { sourceSha256 }),
  };
}

// The bytes of each rendition are covered too: whoever writes rows cannot put another picture in its place.
function pictureJson({ sha256, mediaType, width, height, renditions }: Picture): Record<string, Json> {
  return { sha256, mediaType, width, height, ...(renditions.length > 0 ? { renditions: toJson(renditions) } : {}) };
}

function present(name: string, value: object): Record<string, Json> {
  return Object.values(value).some((member) => member !== undefined) ? { [name]: toJson(value) } : {};
}

function toJson(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object') return null;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [[key, toJson(member)]])),
  );
}
