import { LANGUAGES } from '@bulkhead/contracts';
import { type ArticleFile, type Listed, languagesOf, type Version } from '#article/article.rules.ts';
import { digestContent } from '#article/digest.rules.ts';
import { translationOf } from '#article/translation.rules.ts';
import { writeProse } from '#prose/prose-text.rules.ts';

/** An article in a list, as programs read it. */
export function listedJson({ articleId, number, state, kind, slug, publishAt, titles, changed, isPublic, isWithdrawn }: Listed) {
  const languages = LANGUAGES.filter((language) => titles[language] !== undefined);
  return {
    id: articleId,
    version: number,
    state,
    kind,
    slug,
    languages,
    titles,
    publishAt: publishAt?.toISOString() ?? null,
    changedAt: changed.at.toISOString(),
    changedBy: changed.name,
    isPublic,
    isWithdrawn,
  };
}

/** An article with its newest version, as programs read it. */
export function articleJson({ newest, versions, approved, withdrawal }: ArticleFile) {
  return {
    ...versionJson(newest),
    versions: versions.map(({ number, state }) => ({ version: number, state })),
    publicVersion: withdrawal ? null : (approved?.number ?? null),
    isWithdrawn: withdrawal !== null,
  };
}

/** A version as programs read it; what they send has the same names. */
export function versionJson(version: Version) {
  const { articleId, number, state, revision, content, changed } = version;
  const { kind, slug, isMinor, publishing, subjects } = content;
  return {
    id: articleId,
    version: number,
    state,
    revision,
    digest: digestContent(articleId, number, content),
    page: `/articles/${articleId}/versions/${number}`,
    kind,
    slug,
    isMinor,
    publish: publishing && { at: publishing.at.toISOString(), zone: publishing.zone },
    ...subjects,
    languages: Object.fromEntries(LANGUAGES.map((language) => [language, translationOf(content, language)])),
    texts: Object.fromEntries(
      languagesOf(content).flatMap((language) => {
        const text = content.texts[language];
        if (!text) return [];
        const { title, summary, body, slug: ownSlug, place, changeNote } = text;
        return [[language, { title, summary, body: writeProse(body), slug: ownSlug, place, changeNote }]];
      }),
    ),
    changedAt: changed.at.toISOString(),
    changedBy: changed.name,
  };
}
