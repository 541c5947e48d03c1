import type { Language } from '@bulkhead/contracts';
import { parse, serialize } from 'parse5';
import { attributeOf, type ElementNode, isElement, type Node } from './markup.rules.ts';
import { addressKey, type Entry, MOVING_LIMITS, oldPath, type Passed, type Source } from './source.rules.ts';
import { readLanguage } from './wordpress.rules.ts';

/** A page that was saved, by its path in the directory. */
export type SavedPage = { readonly name: string; readonly html: string };
const AROUND = ['nav', 'header', 'footer', 'aside', 'script', 'style', 'form'];

/** Reads pages that a crawl saved: their words without what stands around them on every page. */
export function readPages(pages: readonly SavedPage[], told: { readonly language: Language; readonly origin: string }): Source {
  const entries: Entry[] = [];
  const redirects: { from: string; to: string }[] = [];
  const passed: Passed[] = [];
  for (const { name, html } of pages) {
    if (html.length > MOVING_LIMITS.html) {
      passed.push({ where: name, why: `has over ${MOVING_LIMITS.html} characters` });
      continue;
    }
    const elements = listElements(parse(html).childNodes);
    if (!elements) {
      passed.push({ where: name, why: `its elements stand over ${MOVING_LIMITS.depth} deep in each other` });
      continue;
    }
    const page = { name, elements, path: pathOf(name), ...told };
    const target = refreshTo(page);
    if (target !== null) {
      const to = oldPath(target, told.origin, page.path);
      if (to) redirects.push({ from: page.path, to });
      else passed.push({ where: name, why: 'leads on to another site' });
      continue;
    }
    entries.push(readPage(page));
  }
  return { origin: told.origin, entries, redirects, passed };
}

type Page = {
  readonly name: string;
  readonly path: string;
  readonly elements: readonly ElementNode[];
  readonly language: Language;
  readonly origin: string;
};

function readPage(page: Page): Entry {
  const { elements, name, path, origin } = page;
  const first = (...names: string[]) => elements.find(({ tagName }) => names.includes(tagName));
  const main =
    first('main') ?? elements.find((each) => attributeOf(each, 'role') === 'main') ?? first('article') ?? first('body');
  const inMain = main ? (listElements(main.childNodes) ?? []) : [];
  const heading = inMain.find(({ tagName }) => tagName === 'h1');
  const named = first('title');
  const canonical = linkOf(elements, 'canonical');
  const known = canonical ? oldPath(canonical, origin, path) : null;
  const paths = [...new Set([known, path, path.replace(/\.html?$/, '')].filter((each) => each !== null))];
  const published = Date.parse(metaOf(elements, 'article:published_time'));
  return {
    where: name,
    group: groupOf(page, paths),
    type:
      path
        .split('/')
        .filter((part) => part !== '' && !readLanguageCode(part))
        .at(0) ?? 'page',
    language: readLanguage(attributeOf(first('html') ?? emptyElement(elements), 'lang')) ?? page.language,
    title: (heading ? wordsOf(heading) : '') || (named ? wordsOf(named) : ''),
    summary: metaOf(elements, 'description'),
    html: main
      ? serialize({ ...main, childNodes: main.childNodes.filter((child) => child !== heading && !isAround(child)) })
      : '',
    isLoose: false,
    paths,
    firstPublished: Number.isNaN(published) ? null : new Date(published),
  };
}

// Translations name each other: the smallest of their addresses is the name of all.
function groupOf({ elements, origin, path }: Page, paths: readonly string[]): string {
  const others = elements
    .filter((each) => each.tagName === 'link' && attributeOf(each, 'rel') === 'alternate' && attributeOf(each, 'hreflang') !== '')
    .map((each) => oldPath(attributeOf(each, 'href'), origin, path))
    .filter((each) => each !== null);
  return [paths[0] ?? path, ...others].map(addressKey).toSorted()[0] ?? path;
}

function pathOf(name: string): string {
  return encodeURI(`/${name}`).replace(/\/index\.html?$/, '/');
}

function readLanguageCode(part: string): boolean {
  return part.length === 2 && readLanguage(part) !== undefined;
}

function refreshTo({ elements }: Page): string | null {
  const refresh = elements.find((each) => each.tagName === 'meta' && attributeOf(each, 'http-equiv').toLowerCase() === 'refresh');
  return refresh ? (/^\s*\d+\s*;\s*url\s*=\s*['"]?([^'"\s]{1,1000})/i.exec(attributeOf(refresh, 'content'))?.[1] ?? null) : null;
}

function linkOf(elements: readonly ElementNode[], rel: string): string {
  const link = elements.find((each) => each.tagName === 'link' && attributeOf(each, 'rel') === rel);
  return link ? attributeOf(link, 'href') : '';
}

function metaOf(elements: readonly ElementNode[], name: string): string {
  const meta = elements.find(
    (each) => each.tagName === 'meta' && (attributeOf(each, 'name') === name || attributeOf(each, 'property') === name),
  );
  return meta ? attributeOf(meta, 'content') : '';
}

function wordsOf(element: ElementNode): string {
  const texts = element.childNodes.map((child) =>
    isElement(child) ? wordsOf(child) : child.nodeName === '#text' && 'value' in child ? child.value : '',
  );
  return texts.join('').replaceAll(/\s+/g, ' ').trim();
}

function isAround(node: Node): boolean {
  return isElement(node) && AROUND.includes(node.tagName);
}

function emptyElement(elements: readonly ElementNode[]): ElementNode {
  const [first] = elements;
  if (!first) throw new RangeError('a parsed page has at least its root');
  return first;
}

/** All elements in their order; null when they stand too deep. */
function listElements(nodes: readonly Node[]): ElementNode[] | null {
  const found: ElementNode[] = [];
  const waiting = nodes.map((node) => ({ node, depth: 0 })).toReversed();
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { node, depth } = next;
    if (!isElement(node)) continue;
    if (depth > MOVING_LIMITS.depth) return null;
    found.push(node);
    for (const child of node.childNodes.toReversed()) waiting.push({ node: child, depth: depth + 1 });
  }
  return found;
}
