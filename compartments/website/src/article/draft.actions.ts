import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Transaction } from 'kysely';
import { dropSavedCopies } from '#copy/copy.actions.ts';
import { placeOf } from '#copy/copy.rules.ts';
import { type KeptPicture, keepPicture } from '#picture/picture.actions.ts';
import { figuresOf } from '#prose/prose.rules.ts';
import type { Schema } from '#schema.ts';
import { type Acting, beginVersion, type Named, type Standing, stamp, standingOf } from './acting.actions.ts';
import { claimAddresses } from './address.store.ts';
import type { ArticleText, Content, Focus, Picture, Stamp, Version } from './article.rules.ts';
import { getVersion, insertArticle, listVersions, moveVersion, replaceContent } from './article.store.ts';
import { assembleFigures } from './content-row.rules.ts';
import { checkChange, requireState } from './decision.rules.ts';
import { digestContent } from './digest.rules.ts';
import type { Draft, DraftContent } from './draft-form.rules.ts';
import { type EventKind, insertEvent } from './event.store.ts';
import { roomOf } from './kind.rules.ts';
import { loadPictures } from './shown-picture.store.ts';
import { noteSources } from './translation.rules.ts';

/** A picture with its words; without `kept` the present one stays. */
export type ShownPicture = {
  readonly kept: KeptPicture | null;
  readonly credit: string;
  readonly focus: Focus | null;
  readonly alts: Partial<Record<Language, string>>;
};

/** What is being typed in a browser is done with once it is saved from there; a program's change leaves it. */
export type SavedFrom = 'editor' | 'program';

/** @throws EstateError `article.slug_taken`, `picture.refused` if a text shows a picture that there is not */
export function createArticle(acting: Acting, draft: DraftContent, from: SavedFrom = 'editor'): Promise<Standing> {
  const by = stamp(acting);
  return acting.transact(async (trx) => {
    const texts = noteSources(undefined, draft.texts, []);
    const content = { ...draft, texts, picture: null, figures: await loadFigures(trx, texts) };
    const articleId = await insertArticle(trx, content, by);
    await insertEvent(trx, { articleId, number: 1, kind: 'created', by });
    if (from === 'editor') await dropSavedCopies(trx, by.accountId, placeOf(null));
    return { articleId, number: 1, digest: digestContent(articleId, 1, content) };
  });
}

/**
 * Replaces the words of a draft; its picture stays. An address that the public knew leads on to the new one.
 * @throws EstateError `request.not_found`, `article.wrong_state`, `article.changed_meanwhile`, `article.slug_taken`, `picture.refused`
 */
export function changeArticle(acting: Acting, named: Named, given: Draft, from: SavedFrom = 'editor'): Promise<Standing> {
  return changing(acting, named, 'changed', async (version, trx, by) => {
    checkChange(version, given.seenRevision);
    checkRoom(version, given.content);
    const { picture, texts } = version.content;
    const kept = mapTexts(given.content.texts, (text, language) => ({ ...text, pictureAlt: texts[language]?.pictureAlt ?? '' }));
    const noted = noteSources(texts, kept, given.current);
    if (from === 'editor') await dropSavedCopies(trx, by.accountId, placeOf(version));
    const slug = given.hasSlug || version.basedOn === null ? given.content.slug : version.content.slug;
    return { ...given.content, slug, texts: noted, picture, figures: await loadFigures(trx, noted) };
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
    const { kept, credit, focus } = given.picture;
    if (kept) await keepPicture(trx, kept, by);
    const shown = kept?.sha256 ?? version.content.picture?.sha256;
    // As the rows have it: bytes that were kept before keep the renditions that they had.
    const picture = shown === undefined ? undefined : (await loadPictures(trx, [shown]))(shown);
    if (!picture) throw new EstateError('picture.refused', 'changing a picture: there is none yet');
    return { ...version.content, texts, picture: { ...picture, credit, focus } };
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

/**
 * Brings a version back: a new draft begins with its content, whatever was published or thrown away since.
 * @throws EstateError `request.not_found`, `article.wrong_state` if another draft is open, `article.slug_taken`
 */
export function restoreVersion(acting: Acting, { articleId, number }: Named): Promise<Standing> {
  const by = stamp(acting);
  return acting.transact(async (trx) => {
    const earlier = await getVersion(trx, articleId, number);
    const versions = await listVersions(trx, articleId);
    const approved = versions.find((version) => version.state === 'approved');
    const next = (versions[0]?.number ?? number) + 1;
    const content = withoutChange(earlier.content);
    await claimAddresses(trx, articleId, content);
    const standing = await beginVersion(trx, { ...earlier, number: next, basedOn: approved?.number ?? null, content }, by);
    await insertEvent(trx, { articleId, number: next, kind: 'restored', by, note: String(number) });
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

/** Once public, an article stays in its room: its addresses are of that room. */
function checkRoom(version: Version, content: DraftContent): void {
  if (version.basedOn === null || roomOf(version.content.kind) === roomOf(content.kind)) return;
  throw new EstateError('article.wrong_state', `changing an article: a ${version.content.kind} cannot become a ${content.kind}`);
}

async function loadFigures(trx: Transaction<Schema>, texts: Content['texts']): Promise<Picture[]> {
  const bodies = Object.values(texts).map((text) => text.body);
  const find = await loadPictures(
    trx,
    bodies.flatMap((body) => figuresOf(body).map((figure) => figure.picture)),
  );
  return assembleFigures(bodies, (sha256) => {
    const picture = find(sha256);
    if (picture) return picture;
    throw new EstateError('picture.refused', `showing picture ${sha256} in a text: there is none of this digest`);
  });
}

// What the last update said of itself is not what the next one will say; it has a time of its own.
function withoutChange(content: Content): Content {
  return {
    ...content,
    isMinor: false,
    publishing: null,
    texts: mapTexts(content.texts, (text) => ({ ...text, changeNote: '' })),
  };
}

function mapTexts(texts: Content['texts'], change: (text: ArticleText, language: Language) => ArticleText): Content['texts'] {
  return Object.fromEntries(
    LANGUAGES.flatMap((language) => {
      const text = texts[language];
      return text ? [[language, change(text, language)]] : [];
    }),
  );
}
