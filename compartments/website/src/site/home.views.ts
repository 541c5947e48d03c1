import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { type Html, html } from '@bulkhead/web';
import { languagesOf } from '#article/article.rules.ts';
import { inOwnLanguage } from '#article/article.views.ts';
import type { PageBlock } from '#article/details.rules.ts';
import { isNews } from '#article/kind.rules.ts';
import { proseView } from '#prose/prose.views.ts';
import { publicWords } from '#words/public.ts';
import { websiteWords } from '#words/words.ts';
import { cardView, eventRowView, leadView, rowView, sectionHead } from './card.views.ts';
import type { Chrome } from './chrome.rules.ts';
import { contactView } from './contact.views.ts';
import { figureView } from './figure.views.ts';
import { frame, otherLanguages, type Preview } from './frame.views.ts';
import {
  type Host,
  inEachLanguage,
  listEvents,
  listNews,
  namedBy,
  type PublicArticle,
  paths,
  type Site,
  shownText,
} from './site.rules.ts';

/** A block of a page with what it shows at this moment. */
export type Filled =
  | { readonly kind: 'lead'; readonly article: PublicArticle }
  | { readonly kind: 'latest' | 'events' | 'links'; readonly articles: readonly PublicArticle[] }
  | { readonly kind: 'text' }
  | { readonly kind: 'contact'; readonly contact: PublicArticle };

const DEFAULT_BLOCKS: readonly PageBlock[] = [
  { kind: 'lead', article: null },
  { kind: 'latest', kinds: [], topic: null, body: null, count: 6 },
  { kind: 'events', topic: null, body: null, count: 4 },
];

/** Fills the blocks of a home or section page. What an earlier block shows, later lists leave out. */
export function fillBlocks(site: Site, blocks: readonly PageBlock[] | undefined): Filled[] {
  const shown = new Set<number>();
  const filled: Filled[] = [];
  for (const block of blocks && blocks.length > 0 ? blocks : DEFAULT_BLOCKS) {
    const one = fillBlock(site, block, shown);
    if (!one) continue;
    filled.push(one);
    if (one.kind === 'lead') shown.add(one.article.id);
    if ('articles' in one) for (const { id } of one.articles) shown.add(id);
  }
  return filled;
}

function fillBlock(site: Site, block: PageBlock, shown: ReadonlySet<number>): Filled | null {
  const isAbout = (
    { content: { subjects } }: PublicArticle,
    { topic, body }: { readonly topic: number | null; readonly body: number | null },
  ) => (topic === null || subjects.topics.includes(topic)) && (body === null || subjects.bodies.includes(body));
  if (block.kind === 'text') return { kind: 'text' };
  if (block.kind === 'lead') {
    const named = block.article === null ? undefined : site.byId.get(block.article);
    const article = named && !named.withdrawal ? named : listNews(site)[0];
    return article ? { kind: 'lead', article } : null;
  }
  if (block.kind === 'contact') {
    const [contact] = namedBy(site, [block.contact], 'contact');
    return contact ? { kind: 'contact', contact } : null;
  }
  if (block.kind === 'links') {
    const articles = block.articles.flatMap((id) => site.byId.get(id) ?? []).filter(({ withdrawal }) => !withdrawal);
    return articles.length > 0 ? { kind: 'links', articles } : null;
  }
  const pool =
    block.kind === 'events'
      ? listEvents(site).upcoming
      : site.articles.filter(({ content }) =>
          block.kinds.length > 0 ? block.kinds.includes(content.kind) : isNews(content.kind),
        );
  const articles = pool
    .filter((article) => isAbout(article, block) && (block.kind === 'events' || !shown.has(article.id)))
    .slice(0, block.count);
  return articles.length > 0 || block.kind === 'latest' ? { kind: block.kind, articles } : null;
}

/** What blocks show, for proof and for telling whether they changed. */
export function articlesOf(filled: readonly Filled[]): PublicArticle[] {
  return filled.flatMap((block) => {
    if (block.kind === 'lead') return [block.article];
    if (block.kind === 'contact') return [block.contact];
    return block.kind === 'text' ? [] : block.articles;
  });
}

/** What tells whether blocks that show the same articles are still the same blocks. */
export function shapesOf(filled: readonly Filled[]): string[] {
  return filled.map((block) => `${block.kind} ${'articles' in block ? block.articles.length : 1}`);
}

export type BlockPage = {
  readonly article: PublicArticle | null;
  readonly filled: readonly Filled[];
  readonly topics: readonly PublicArticle[];
  readonly preview?: Preview;
};

export function homePage(host: Host, chrome: Chrome, language: Language, { article, filled, topics, preview }: BlockPage): Html {
  const words = websiteWords(language);
  const found = article && shownText(article.content, language);
  const summary = found?.text.summary || words.homeLead;
  return frame(host, chrome, language, {
    preview,
    title: host.organisation,
    section: 'home',
    languages: inEachLanguage(paths.home),
    alternates: article ? languagesOf(article.content) : LANGUAGES,
    canonical: paths.home(language),
    description: summary,
    data: {
      '@type': 'WebSite',
      name: host.organisation,
      url: `${host.publicOrigin}${paths.home(language)}`,
      inLanguage: language,
    },
    main: html`<div class="hero">
<h1>${host.organisation}</h1>
<p class="lead"${found ? inOwnLanguage(found.language, language) : null}>${summary}</p>
</div>
${filled.map((block, at) => blockView(block, { at, language, article }))}
${topicLinks(topics, language)}`,
  });
}

function topicLinks(topics: readonly PublicArticle[], language: Language): Html | null {
  if (topics.length === 0) return null;
  const own = publicWords(language);
  return html`<section class="band" aria-labelledby="home-topics">
${sectionHead('home-topics', own.topics, { href: paths.topics(language), text: own.allTopics })}
<ul class="topic-links">${topics.map((topic) => {
    const { text, language: textLanguage } = shownText(topic.content, language);
    return html`<li><a href="${paths.article(language, topic)}" ${inOwnLanguage(textLanguage, language)}>${text.title}</a></li>\n`;
  })}</ul>
</section>`;
}

export function sectionPage(
  host: Host,
  chrome: Chrome,
  language: Language,
  page: BlockPage & { readonly article: PublicArticle },
): Html {
  const { article, filled, preview } = page;
  const { text, language: own } = shownText(article.content, language);
  const languages = inEachLanguage(preview?.pathIn ?? ((other) => paths.article(other, article)));
  return frame(host, chrome, language, {
    preview,
    title: text.title,
    section: article.id,
    languages,
    alternates: languagesOf(article.content),
    canonical: languages[own],
    description: text.summary,
    main: html`<header class="page-head"><h1 ${inOwnLanguage(own, language)}>${text.title}</h1>
<p class="lead" ${inOwnLanguage(own, language)}>${text.summary}</p></header>
${filled.map((block, at) => blockView(block, { at, language, article }))}
${otherLanguages(language, languagesOf(article.content), languages)}`,
  });
}

type Placed = { readonly at: number; readonly language: Language; readonly article: PublicArticle | null };

function blockView(block: Filled, placed: Placed): Html | null {
  const { at, language } = placed;
  const words = websiteWords(language);
  const own = publicWords(language);
  const id = `block-${at + 1}`;
  switch (block.kind) {
    case 'lead':
      return html`<section aria-label="${own.lead}">${leadView(block.article, language)}</section>`;
    case 'latest':
      return html`<section aria-labelledby="${id}">
${sectionHead(id, words.latestNews, { href: paths.news(language), text: words.allNews })}
${block.articles.length === 0 ? html`<p>${words.nothingYet}</p>` : html`<ul class="cards">${block.articles.map((article) => cardView(article, language))}</ul>`}
</section>`;
    case 'events':
      return html`<section class="band" aria-labelledby="${id}">
${sectionHead(id, own.upcoming, { href: paths.events(language), text: own.events })}
<ul class="events">${block.articles.map((article) => eventRowView(article, language))}</ul>
</section>`;
    case 'links':
      return html`<section aria-labelledby="${id}">${sectionHead(id, own.more, null)}
<ul class="list">${block.articles.map((article) => rowView(article, language, 3))}</ul></section>`;
    case 'text':
      return textBlock(placed);
    case 'contact':
      return html`<section class="band" aria-labelledby="${id}">${sectionHead(id, own.contact, null)}${contactView(block.contact, language)}</section>`;
  }
}

function textBlock({ language, article }: Placed): Html | null {
  if (!article) return null;
  const { text, language: own } = shownText(article.content, language);
  return html`<div class="prose" ${inOwnLanguage(own, language)}>
${proseView(text.body, (figure) => figureView(article, figure, own))}</div>`;
}
