import { generateSigningKey, type Language, mintToken } from '@bulkhead/contracts';
import type { Content, Reasons } from '#article/article.rules.ts';
import { digestContent, digestWithdrawal } from '#article/digest.rules.ts';
import { NO_SUBJECTS } from '#article/subject.rules.ts';
import { parseProse } from '#prose/prose-text.rules.ts';

/** Rows as the off-site copy gives them, each approved with true tokens of a key made for the test. */
export const gatewayKey = generateSigningKey('gateway-test');
export type Row = { readonly table: string; readonly row: Record<string, unknown> };

export function makeContent(over: Partial<Content> = {}, texts?: Content['texts']): Content {
  return {
    kind: 'news',
    slug: 'first-light',
    isMinor: false,
    publishing: null,
    subjects: NO_SUBJECTS,
    details: {},
    picture: null,
    figures: [],
    texts: texts ?? { en: makeText('First light') },
    ...over,
  };
}

export function makeText(
  title: string,
  more: { readonly body?: string; readonly changeNote?: string; readonly alt?: string } = {},
) {
  const { prose } = parseProse(more.body ?? `${title}: the text.\n\n## A heading\n\n- one\n- [two](https://example.org/)`);
  return {
    title,
    summary: `${title}: the summary.`,
    body: prose,
    pictureAlt: more.alt ?? '',
    changeNote: more.changeNote ?? '',
    slug: '',
    place: '',
    sourceSha256: null,
  };
}

function token(accountId: string, path: string, route: string, at: Date): Promise<string> {
  const claims = {
    requestId: `request-${route}-${at.getTime()}`,
    compartment: 'website',
    accountId,
    sessionId: `session-of-${accountId}`,
    displayName: accountId,
    delegation: null,
    roles: ['editor', 'reviewer'],
    address: '127.0.0.1',
    method: 'POST',
    path,
    bodySha256: null,
    route,
  };
  return mintToken(gatewayKey.signing, claims, () => at);
}

export async function approvedRows(id: number, number: number, content: Content, at: Date): Promise<Row[]> {
  const digest = digestContent(id, number, content);
  const version = {
    article_id: id,
    number,
    state: 'approved',
    revision: 1,
    kind: content.kind,
    slug: content.slug,
    is_minor: content.isMinor,
    subjects: content.subjects,
    details: content.details,
    publish_at: content.publishing?.at.toISOString() ?? null,
    publish_zone: content.publishing?.zone ?? null,
    picture_focus_x: content.picture?.focus?.x ?? null,
    picture_focus_y: content.picture?.focus?.y ?? null,
    picture_sha256: content.picture?.sha256 ?? null,
    picture_credit: content.picture?.credit ?? null,
    based_on: number > 1 ? number - 1 : null,
    submission_token: await token('editor', `/articles/${id}/versions/${number}/submit/${digest}`, 'article.submit', at),
    approval_token: await token('reviewer', `/articles/${id}/versions/${number}/approve/${digest}`, 'article.approve', at),
  };
  const pictures = [...(content.picture ? [content.picture] : []), ...content.figures].flatMap(({ renditions, ...picture }) => [
    {
      table: 'picture',
      row: { sha256: picture.sha256, media_type: picture.mediaType, bytes: 10, width: picture.width, height: picture.height },
    },
    ...renditions.map(({ mediaType, ...rest }) => ({
      table: 'picture_rendition',
      row: { picture_sha256: picture.sha256, media_type: mediaType, bytes: 10, ...rest },
    })),
  ]);
  return [
    ...pictures,
    { table: 'article_version', row: version },
    ...Object.entries(content.texts).map(([language, text]) => ({
      table: 'article_text',
      row: {
        article_id: id,
        version_number: number,
        language,
        title: text.title,
        summary: text.summary,
        body: text.body,
        picture_alt: text.pictureAlt,
        change_note: text.changeNote,
        slug: text.slug,
        place: text.place,
        source_sha256: text.sourceSha256,
      },
    })),
  ];
}

export async function withdrawalRow(id: number, number: number, content: Content, reasons: Reasons, at: Date): Promise<Row> {
  const digest = digestWithdrawal(digestContent(id, number, content), reasons);
  const path = `/articles/${id}/versions/${number}/withdraw/${digest}`;
  const row = {
    article_id: id,
    version_number: number,
    reasons,
    withdrawal_token: await token('reviewer', path, 'article.withdraw', at),
  };
  return { table: 'article_withdrawal', row };
}

export const TITLES: Record<Language, string> = {
  ar: 'ضوء أول',
  zh: '第一道光',
  en: 'First light',
  fr: 'Première lueur',
  ru: 'Первый свет',
  es: 'Primera luz',
};
