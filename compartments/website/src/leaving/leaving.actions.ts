import { LANGUAGES, type Language } from '@bulkhead/contracts';
import type { Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { publicPath } from '#article/address.rules.ts';
import { type Content, languagesOf, type Version } from '#article/article.rules.ts';
import { digestContent } from '#article/digest.rules.ts';
import { readVersion } from '#article/reading.actions.ts';
import type { Schema } from '#schema.ts';
import { currentOf, LEAVING_LIMITS, type Place, picturesOf, writePlace } from './leaving.rules.ts';
import { getLeaving, type Leaving, listHistory, listPlaces } from './leaving.store.ts';

type Deps = {
  readonly db: Database<Schema>['read'];
  readonly now: Now;
  /** The words of a version as a page to look at. */
  readonly toPage: (content: Content, language: Language) => string;
};
const FORMAT = 1;

/**
 * All that is stored of the versions after a place, as lines of JSON: of each article a line before its first version.
 * Bounded: the last line says where to go on, or that this was all.
 */
export async function exportAfter({ db, now, toPage }: Deps, after: Place): Promise<string> {
  const lines: string[] = [];
  let bytes = 0;
  let last: Place | null = null;
  const known = new Map<number, Leaving>();
  const add = (line: object) => {
    const text = JSON.stringify(line);
    bytes += text.length;
    lines.push(text);
  };
  for (const place of await listPlaces(db, after, LEAVING_LIMITS.versions)) {
    if (bytes > LEAVING_LIMITS.bytes) break;
    const leaving = known.get(place.articleId) ?? (await getLeaving(db, place.articleId));
    known.set(place.articleId, leaving);
    const current = currentOf(leaving.versions, (number) => leaving.withdrawals.has(number), now());
    const [first] = leaving.versions;
    if (place.number === first?.number) add(articleLine(place.articleId, leaving, current));
    const version = await readVersion({ db }, place.articleId, place.number);
    const history = await listHistory(db, place);
    const isCurrent = current?.number === place.number;
    add({ ...versionLine(version, leaving), history, pages: isCurrent ? pagesOf(version.content, toPage) : {} });
    last = place;
  }
  add(last ? { line: 'more', after: writePlace(last) } : { line: 'end', format: FORMAT });
  return `${lines.join('\n')}\n`;
}

function articleLine(articleId: number, leaving: Leaving, current: ReturnType<typeof currentOf>): object {
  const { slug, created, addresses, versions } = leaving;
  return {
    line: 'article',
    article: articleId,
    format: FORMAT,
    slug,
    created,
    current: current?.number ?? null,
    isPublic: current?.isPublic ?? false,
    addresses,
    versions: versions.map(({ number, state }) => ({ number, state })),
  };
}

function versionLine(version: Version, { withdrawals }: Leaving): object {
  const { articleId, number, content, ...rest } = version;
  return {
    line: 'version',
    article: articleId,
    number,
    format: FORMAT,
    ...rest,
    digest: digestContent(articleId, number, content),
    paths: Object.fromEntries(LANGUAGES.map((language) => [language, publicPath(content, language)])),
    content,
    pictures: picturesOf(content),
    withdrawal: withdrawals.get(number) ?? null,
  };
}

function pagesOf(content: Content, toPage: Deps['toPage']): Partial<Record<Language, string>> {
  return Object.fromEntries(languagesOf(content).map((language) => [language, toPage(content, language)]));
}
