import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Transaction } from 'kysely';
import { type KeptPicture, keepPicture } from '#picture/picture.actions.ts';
import type { Schema } from '#schema.ts';
import { type Acting, beginVersion, type Named, type Standing, stamp, standingOf } from './acting.actions.ts';
import { type ArticleText, type Content, isUpdate, type Stamp, type Version } from './article.rules.ts';
import { getVersion, insertArticle, listVersions, moveVersion, replaceContent } from './article.store.ts';
import { checkChange, requireState } from './decision.rules.ts';
import { digestContent } from './digest.rules.ts';
import { type EventKind, insertEvent } from './event.store.ts';

/** A picture with its words; without `kept` the present one stays. */
export type ShownPicture = {
  readonly kept: KeptPicture | null;
  readonly credit: string;
  readonly alts: Partial<Record<Language, string>>;
};

/** @throws EstateError `article.slug_taken` */
export function createArticle(acting: Acting, content: Content): Promise<Standing> {
  const by = stamp(acting);
  return acting.transact(async (trx) => {
    const articleId = await insertArticle(trx, content, by);
    await insertEvent(trx, { articleId, number: 1, kind: 'created', by });
    return { articleId, number: 1, digest: digestContent(articleId, 1, content) };
  });
}

/**
 * Replaces the words of a draft; its picture stays. An update keeps the address under which the public knows the article.
 * @throws EstateError `request.not_found`, `article.wrong_state`, `article.changed_meanwhile`, `article.slug_taken`
 */
export function changeArticle(
  acting: Acting,
  named: Named,
  given: { readonly seenRevision: number; readonly content: Omit<Content, 'picture'> },
): Promise<Standing> {
  return changing(acting, named, 'changed', (version) => {
    checkChange(version, given.seenRevision);
    const { picture, slug, texts } = version.content;
    const kept = mapTexts(given.content.texts, (text, language) => ({ ...text, pictureAlt: texts[language]?.pictureAlt ?? '' }));
    return { ...given.content, texts: kept, picture, slug: isUpdate(version) ? slug : given.content.slug };
  });
}

/**
 * Gives a draft a picture, or takes it away. The contents are in the vault before: the row only points at them.
 * @throws EstateError `request.not_found`, `article.wrong_state`, `article.changed_meanwhile`
 */
export function changePicture(
  acting: Acting,
  named: Named,
  given: { readonly seenRevision: number; readonly picture: ShownPicture | null },
): Promise<Standing> {
  return changing(acting, named, 'picture-changed', async (version, trx, by) => {
    checkChange(version, given.seenRevision);
    const alts = given.picture?.alts ?? {};
    const texts = mapTexts(version.content.texts, (text, language) => ({ ...text, pictureAlt: alts[language] ?? '' }));
    if (!given.picture) return { ...version.content, texts, picture: null };
    const { kept, credit } = given.picture;
    if (kept) await keepPicture(trx, kept, by);
    const shown = kept ?? version.content.picture;
    if (!shown) throw new EstateError('picture.refused', 'changing a picture: there is none yet');
    const { sha256, mediaType, width, height } = shown;
    return { ...version.content, texts, picture: { sha256, mediaType, width, height, credit } };
  });
}

/**
 * Begins an update with the content that is public, or was withdrawn.
 * @throws EstateError `request.not_found`, `article.wrong_state`
 */
export function beginUpdate(acting: Acting, articleId: number): Promise<Standing> {
  const by = stamp(acting);
  return acting.transact(async (trx) => {
    const [newest, ...older] = await listVersions(trx, articleId);
    if (!newest) throw new EstateError('request.not_found', `finding article ${articleId}`);
    const approved = [newest, ...older].find((version) => version.state === 'approved');
    if (!approved) throw new EstateError('article.wrong_state', 'beginning an update: nothing of the article was approved');
    const update = { ...approved, number: newest.number + 1, basedOn: approved.number, content: withoutChange(approved.content) };
    const standing = await beginVersion(trx, update, by);
    await insertEvent(trx, { articleId: standing.articleId, number: standing.number, kind: 'update-begun', by });
    return standing;
  });
}

/** @throws EstateError `request.not_found`, `article.wrong_state` */
export function discardDraft(acting: Acting, named: Named): Promise<Standing> {
  const by = stamp(acting);
  return acting.transact(async (trx) => {
    const version = await getVersion(trx, named.articleId, named.number, { forUpdate: true });
    requireState(version, 'draft', 'discarding a draft');
    await moveVersion(trx, version, { state: 'discarded', by });
    await insertEvent(trx, { articleId: version.articleId, number: version.number, kind: 'discarded', by });
    return standingOf(version);
  });
}

function changing(
  acting: Acting,
  { articleId, number }: Named,
  kind: EventKind,
  change: (version: Version, trx: Transaction<Schema>, by: Stamp) => Content | Promise<Content>,
): Promise<Standing> {
  const by = stamp(acting);
  return acting.transact(async (trx) => {
    const version = await getVersion(trx, articleId, number, { forUpdate: true });
    const content = await change(version, trx, by);
    await replaceContent(trx, version, content, by);
    await insertEvent(trx, { articleId: version.articleId, number, kind, by });
    return standingOf({ ...version, content });
  });
}

// What the last update said of itself is not what the next one will say.
function withoutChange(content: Content): Content {
  return { ...content, isMinor: false, texts: mapTexts(content.texts, (text) => ({ ...text, changeNote: '' })) };
}

function mapTexts(texts: Content['texts'], change: (text: ArticleText, language: Language) => ArticleText): Content['texts'] {
  return Object.fromEntries(
    LANGUAGES.flatMap((language) => {
      const text = texts[language];
      return text ? [[language, change(text, language)]] : [];
    }),
  );
}
