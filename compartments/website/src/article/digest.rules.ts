import { canonicalJson, type Json, sha256Hex } from '@bulkhead/kernel';
import { type Content, languagesOf, type Reasons } from './article.rules.ts';

/**
 * SHA-256 of all that a version's page shows, bound to its article and number. The requests that submit and approve it
 * end in this digest, so their tokens prove what exactly the two persons saw.
 */
export function digestContent(articleId: number, number: number, content: Content): string {
  const { kind, slug, isMinor, picture } = content;
  const texts: Record<string, Json> = {};
  for (const language of languagesOf(content)) {
    const text = content.texts[language];
    if (text) texts[language] = toJson(text);
  }
  return sha256Hex(
    canonicalJson({ what: 'article version', articleId, number, kind, slug, isMinor, picture: toJson(picture), texts }),
  );
}

/** SHA-256 of a withdrawal: which content is taken away, and the reasons that the public will read. */
export function digestWithdrawal(contentDigest: string, reasons: Reasons): string {
  return sha256Hex(canonicalJson({ what: 'article withdrawal', contentDigest, reasons: toJson(reasons) }));
}

function toJson(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object') return null;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toJson(member)]));
}
