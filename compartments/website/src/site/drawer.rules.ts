import { monthOf, type PublicArticle } from './site.rules.ts';

/** So many articles stand on one page of the archive: each of them brings its proof. */
const DRAWER_SIZE = 200;

/** The articles of a month, or a part of them: what is published today changes the newest drawer alone. */
export type Drawer = {
  /** `2026-05`, `2026-05.2`. */
  readonly name: string;
  readonly month: string;
  readonly articles: readonly PublicArticle[];
};

/** Puts articles, the newest first, into drawers by months, the newest first. */
export function fillDrawers(articles: readonly PublicArticle[]): Drawer[] {
  const byMonth = new Map<string, PublicArticle[]>();
  for (const article of articles) {
    const month = monthOf(article);
    const found = byMonth.get(month);
    if (found) found.push(article);
    else byMonth.set(month, [article]);
  }
  return [...byMonth].flatMap(([month, members]) =>
    Array.from({ length: Math.ceil(members.length / DRAWER_SIZE) }, (_, at) => ({
      name: at === 0 ? month : `${month}.${at + 1}`,
      month,
      articles: members.slice(at * DRAWER_SIZE, (at + 1) * DRAWER_SIZE),
    })),
  );
}

/** How much stands in each month. */
export function countMonths(drawers: readonly Drawer[]): { readonly month: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { month, articles } of drawers) counts.set(month, (counts.get(month) ?? 0) + articles.length);
  return [...counts].map(([month, count]) => ({ month, count }));
}
