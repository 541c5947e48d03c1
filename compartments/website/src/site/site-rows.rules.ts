import { type Evidence, LANGUAGES, type RenderRow } from '@bulkhead/contracts';
import { z } from 'zod';
import { publicPath } from '#article/address.rules.ts';
import { type Content, isDue, type Picture } from '#article/article.rules.ts';
import {
  assembleContent,
  assemblePicture,
  type PictureRow,
  parseRow,
  pictureRowSchema,
  type RenditionRow,
  renditionRowSchema,
  textRowSchema,
  type VersionRow,
  versionRowSchema,
  type WithdrawalRow,
  withdrawalRowSchema,
} from '#article/content-row.rules.ts';
import { digestContent, digestWithdrawal } from '#article/digest.rules.ts';
import type { PublicArticle, Site, Update } from './site.rules.ts';

export const TABLES = ['picture', 'picture_rendition', 'article_version', 'article_text', 'article_withdrawal'] as const;
/** A page says so of its last updates; what came before stands in the history of the article. */
const UPDATES_SHOWN = 50;

type Approved = { readonly row: VersionRow; readonly content: Content; readonly at: Date; readonly evidence: Evidence };
/** An article as it is at a moment, and when it is another without any row changing. */
type Assembled = { readonly article: PublicArticle | null; readonly nextAt: Date | null };

// Looser than the row's own form: the canary has the number 0, and is never shown.
const textKeySchema = z.object({ article_id: z.number().int(), version_number: z.number().int(), language: z.string() });
const stateSchema = versionRowSchema.pick({ state: true });
const versionKeySchema = z.object({ article_id: z.number().int(), number: z.number().int() });

/**
 * The rows that a site is made of, kept between rounds: of an article whose rows are the same, the same object comes again.
 * Rows are taken for hostile: each is checked, and of each version shown the digest is computed anew.
 */
export class SiteRows {
  readonly #versions = new Map<number, Map<number, VersionRow>>();
  readonly #texts = new Map<number, Map<string, { readonly version: number; readonly row: unknown }>>();
  readonly #withdrawals = new Map<number, Map<number, WithdrawalRow>>();
  readonly #pictures = new Map<string, PictureRow>();
  readonly #renditions = new Map<string, Map<string, RenditionRow>>();
  readonly #found = new Map<string, Picture>();
  readonly #users = new Map<string, Set<number>>();
  readonly #dirty = new Set<number>();
  readonly #assembled = new Map<number, Assembled>();
  readonly #erased: ReadonlySet<string>;

  /** @param erased contents that two operators erased */
  constructor(erased: Iterable<string> = []) {
    this.#erased = new Set(erased);
  }

  /** Takes in a row, or that it is as given no more. @throws EstateError `input.invalid` */
  take(given: RenderRow): void {
    const { table, row } = given;
    const gone = given.gone === true;
    if (table === 'article_version') this.#takeVersion(row, gone);
    else if (table === 'article_text') this.#takeText(row, gone);
    else if (table === 'article_withdrawal') this.#takeWithdrawal(row, gone);
    else if (table === 'picture') {
      const picture = parseRow(pictureRowSchema, row, table);
      if (gone) this.#pictures.delete(picture.sha256);
      else this.#pictures.set(picture.sha256, picture);
      this.#touchPicture(picture.sha256);
    } else if (table === 'picture_rendition') {
      const rendition = parseRow(renditionRowSchema, row, table);
      const key = `${rendition.media_type} ${rendition.width}`;
      put(this.#renditions, rendition.picture_sha256, key, gone ? undefined : rendition);
      this.#touchPicture(rendition.picture_sha256);
    }
  }

  /** @throws EstateError `input.invalid` for rows that make no article */
  assemble(now: Date): Site {
    for (const id of this.#versions.keys()) if (this.#isStale(id, now)) this.#assembled.set(id, this.#assembleArticle(id, now));
    this.#dirty.clear();
    const known = [...this.#assembled.values()];
    const byTime = known
      .flatMap(({ article }) => article ?? [])
      .toSorted((left, right) => right.publishedAt.getTime() - left.publishedAt.getTime() || right.id - left.id);
    const nextTimes = known.flatMap(({ nextAt }) => nextAt?.getTime() ?? []);
    return {
      now,
      articles: byTime.filter((article) => article.withdrawal === null),
      withdrawn: byTime.filter((article) => article.withdrawal !== null),
      byId: new Map(byTime.map((article) => [article.id, article])),
      nextAt: nextTimes.length === 0 ? null : new Date(nextTimes.reduce((least, at) => Math.min(least, at))),
    };
  }

  #takeVersion(row: unknown, gone: boolean): void {
    const key = parseRow(versionKeySchema, row, 'article_version');
    // Of drafts nothing is read: what nobody approved must not hinder what two persons did.
    const isApproved = parseRow(stateSchema, row, 'article_version').state === 'approved';
    const version = isApproved && !gone ? parseRow(versionRowSchema, row, 'article_version') : undefined;
    put(this.#versions, key.article_id, key.number, version);
    if (!this.#versions.get(key.article_id)?.size) {
      this.#versions.delete(key.article_id);
      this.#assembled.delete(key.article_id);
    }
    this.#dirty.add(key.article_id);
  }

  #takeText(row: unknown, gone: boolean): void {
    const key = parseRow(textKeySchema, row, 'article_text');
    const text = { version: key.version_number, row };
    put(this.#texts, key.article_id, `${key.version_number} ${key.language}`, gone ? undefined : text);
    this.#dirty.add(key.article_id);
  }

  #takeWithdrawal(row: unknown, gone: boolean): void {
    const withdrawal = parseRow(withdrawalRowSchema, row, 'article_withdrawal');
    put(this.#withdrawals, withdrawal.article_id, withdrawal.version_number, gone ? undefined : withdrawal);
    this.#dirty.add(withdrawal.article_id);
  }

  #touchPicture(sha256: string): void {
    this.#found.delete(sha256);
    for (const id of this.#users.get(sha256) ?? []) this.#dirty.add(id);
  }

  #isStale(id: number, now: Date): boolean {
    const assembled = this.#assembled.get(id);
    return !assembled || this.#dirty.has(id) || (assembled.nextAt !== null && assembled.nextAt <= now);
  }

  #findPicture(id: number, sha256: string): Picture | undefined {
    this.#users.set(sha256, (this.#users.get(sha256) ?? new Set()).add(id));
    const known = this.#found.get(sha256);
    const row = this.#pictures.get(sha256);
    if (known || !row) return known;
    const picture = assemblePicture(row, [...(this.#renditions.get(sha256)?.values() ?? [])]);
    this.#found.set(sha256, picture);
    return picture;
  }

  /** An article as it may be shown at a moment: none before the first of its versions is due. */
  #assembleArticle(id: number, now: Date): Assembled {
    const rows = [...(this.#versions.get(id)?.values() ?? [])].toSorted((left, right) => left.number - right.number);
    const approved = rows.map((row) => this.#assembleVersion(id, row));
    const isCancelled = ({ row, content }: Approved) => {
      const withdrawal = this.#withdrawals.get(id)?.get(row.number);
      // Withdrawn before it was ever due: it was never shown, and what was shown before stays.
      return withdrawal !== undefined && !isDue(content, issuedAt(withdrawal.withdrawal_token));
    };
    const coming = approved.filter((version) => !isDue(version.content, now) && !isCancelled(version));
    const next = coming.flatMap(({ content }) => content.publishing?.at ?? []).toSorted((a, b) => a.getTime() - b.getTime())[0];
    const versions = approved.filter((version) => isDue(version.content, now) && !isCancelled(version));
    return { article: this.#toArticle(id, this.#withoutErased(id, versions)), nextAt: next ?? null };
  }

  /**
   * The newest versions that name erased contents are passed over: what was shown before stays. Contents that the public
   * sees are not erased, so this never goes back behind what is shown. A withdrawn version shows no picture.
   */
  #withoutErased(id: number, versions: readonly Approved[]): readonly Approved[] {
    const isShown = ({ row, content }: Approved) =>
      this.#withdrawals.get(id)?.has(row.number) === true || !filesOf(content).some((sha256) => this.#erased.has(sha256));
    return versions.slice(0, versions.findLastIndex(isShown) + 1);
  }

  #toArticle(id: number, versions: readonly Approved[]): PublicArticle | null {
    const [first] = versions;
    const current = versions.at(-1);
    if (!first || !current) return null;
    const updated = versions.slice(1).filter((version) => !version.content.isMinor);
    const shown = updated.slice(-UPDATES_SHOWN);
    const withdrawal = this.#withdrawals.get(id)?.get(current.row.number);
    const listed = [...new Set([first, ...shown.slice(-1), current])].map((version) => version.evidence);
    return {
      id,
      content: current.content,
      publishedAt: first.at,
      updates: shown.toReversed().map((version) => ({ at: version.at, notes: notesOf(version.content) })),
      withdrawal: withdrawal ? { at: issuedAt(withdrawal.withdrawal_token), reasons: withdrawal.reasons } : null,
      formerPaths: formerPaths(versions),
      evidence: withdrawal
        ? [withdrawalEvidence(withdrawal, current)]
        : [...new Set([first, ...shown, current])].map((version) => version.evidence),
      listEvidence: listed,
    };
  }

  #assembleVersion(id: number, row: VersionRow): Approved {
    const texts = [...(this.#texts.get(id)?.values() ?? [])]
      .filter(({ version }) => version === row.number)
      .map((text) => parseRow(textRowSchema, text.row, 'article_text'));
    const content = assembleContent(row, texts, (sha256) => this.#findPicture(id, sha256));
    const tokens = [row.submission_token, row.approval_token].filter((token) => token !== null);
    const digest = digestContent(id, row.number, content);
    const evidence = { what: `article ${id}, version ${row.number}`, subject: `article ${id}`, digest, tokens };
    const approvedAt = issuedAt(row.approval_token ?? '');
    const { publishing } = content;
    return { row, content, at: publishing && publishing.at > approvedAt ? publishing.at : approvedAt, evidence };
  }
}

/** All files by which a version is shown. */
function filesOf({ picture, figures }: Content): string[] {
  const pictures = picture ? [picture, ...figures] : figures;
  return pictures.flatMap(({ sha256, renditions }) => [sha256, ...renditions.map((each) => each.sha256)]);
}

function put<Key, Inner, Value>(map: Map<Key, Map<Inner, Value>>, key: Key, inner: Inner, value: Value | undefined): void {
  const members = map.get(key) ?? new Map<Inner, Value>();
  map.set(key, members);
  if (value === undefined) members.delete(inner);
  else members.set(inner, value);
}

function formerPaths(versions: readonly Approved[]): PublicArticle['formerPaths'] {
  const current = versions.at(-1);
  if (!current) return [];
  return LANGUAGES.flatMap((language) => {
    const present = publicPath(current.content, language);
    const before = versions.flatMap(({ content }) => publicPath(content, language) ?? []);
    return [...new Set(before)].filter((path) => path !== present).map((path) => ({ language, path }));
  });
}

function withdrawalEvidence(withdrawal: WithdrawalRow, current: Approved): Evidence {
  return {
    what: `withdrawal of article ${withdrawal.article_id}`,
    subject: `article ${withdrawal.article_id}`,
    digest: digestWithdrawal(current.evidence.digest, withdrawal.reasons),
    tokens: [withdrawal.withdrawal_token],
  };
}

function notesOf(content: Content): Update['notes'] {
  return Object.fromEntries(
    Object.entries(content.texts).flatMap(([language, text]) => (text.changeNote ? [[language, text.changeNote]] : [])),
  );
}

// The publisher verifies the token's signature; here only its time is read. One that cannot be read proves nothing there either.
function issuedAt(token: string): Date {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    if (typeof claims === 'object' && claims !== null && 'iat' in claims && typeof claims.iat === 'number') {
      const at = new Date(claims.iat * 1000);
      if (!Number.isNaN(at.getTime())) return at;
    }
  } catch {
    return new Date(0);
  }
  return new Date(0);
}
