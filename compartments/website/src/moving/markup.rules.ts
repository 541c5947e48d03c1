import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';
import {
  type Block,
  type Figure,
  hasUnshowable,
  type Inline,
  isArticleLink,
  MARKS,
  type Mark,
  PROSE_LIMITS,
  type Prose,
} from '#prose/prose.rules.ts';
import { normalizeProse } from '#prose/tree.rules.ts';
import { type MovedPicture, nameFor } from './picture.rules.ts';
import { MOVING_LIMITS } from './source.rules.ts';

export type Node = DefaultTreeAdapterTypes.ChildNode;
export type ElementNode = DefaultTreeAdapterTypes.Element;

/** How a text of the old site was taken over, and what of it was not. */
export type Taken = {
  readonly prose: Prose;
  /** Elements that were left out with all that is in them, and signs that cannot be shown: how many of each. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly pictures: readonly MovedPicture[];
};
/** Where a link leads now; null drops the link and keeps its words. */
export type Lead = (href: string) => string | null;
export type Taking = {
  readonly isLoose: boolean;
  readonly lead: Lead;
  /** The file of a picture; without it no picture is placed. */
  readonly find?: (src: string) => string | null;
};

const DROPPED = new Set(
  'script style noscript template iframe object embed applet form input button select textarea video audio source track canvas svg math map area frame frameset head title link meta base dialog nav'.split(
    ' ',
  ),
);
const BLOCKS = new Set(
  'address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu ol p pre section summary table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
);
const MARK_OF: Readonly<Record<string, Mark>> = { b: 'strong', strong: 'strong', i: 'em', em: 'em', cite: 'em', dfn: 'em' };

/**
 * Builds our tree from any HTML: what is known is made anew as nodes of ours, the words of all else stay as text, and
 * what is no text is dropped and counted. Nothing of the markup is ever passed on.
 */
export function takeMarkup(html: string, options: Taking): Taken {
  return takeNodes(parseFragment(html).childNodes, options);
}

export function takeNodes(nodes: readonly Node[], options: Taking): Taken {
  const taker = new Taker(options);
  taker.blocks(nodes, [], 0);
  taker.flush();
  return { prose: normalizeProse(taker.found), dropped: Object.fromEntries(taker.dropped), pictures: taker.pictures };
}

type Styled = { readonly marks: readonly Mark[]; readonly href: string | null };
const PLAIN: Styled = { marks: [], href: null };

class Taker {
  readonly found: Block[] = [];
  readonly dropped = new Map<string, number>();
  readonly pictures: MovedPicture[] = [];
  readonly #taking: Taking;
  #line: Inline[] = [];
  /** Pictures stand after the words in which they were met. */
  #figures: Figure[] = [];

  constructor(taking: Taking) {
    this.#taking = taking;
  }

  flush(): void {
    if (this.#line.some(({ text }) => text.trim() !== '')) this.found.push({ kind: 'paragraph', content: this.#line });
    this.#line = [];
    this.found.push(...this.#figures);
    this.#figures = [];
  }

  blocks(nodes: readonly Node[], under: readonly string[], depth: number): void {
    for (const node of nodes) {
      if (!isElement(node)) {
        this.#loose(node, under);
        continue;
      }
      const name = node.tagName;
      if (!BLOCKS.has(name) && !(name in MARK_OF && holdsBlocks(node))) {
        // A word with its marks; an element around whole blocks is walked through instead.
        if (holdsBlocks(node) && !DROPPED.has(name)) this.blocks(node.childNodes, under, this.#deeper(depth));
        else this.#line.push(...this.inlines([node], PLAIN, depth));
        continue;
      }
      this.flush();
      this.#block(node, under, this.#deeper(depth));
      this.flush();
    }
  }

  #block(node: ElementNode, under: readonly string[], depth: number): void {
    const name = node.tagName;
    const level = /^h([1-6])$/.exec(name)?.[1];
    if (level !== undefined)
      this.found.push({
        kind: 'heading',
        level: Number(level) <= 2 ? 2 : 3,
        content: this.inlines(node.childNodes, PLAIN, depth),
      });
    else if (name === 'ul' || name === 'ol' || name === 'menu') this.#list(node, depth);
    else if (name === 'blockquote') this.#quote(node, depth);
    else if (name === 'table') this.#table(node, depth);
    else if (name === 'figure') this.#figure(node, under, depth);
    else this.blocks(node.childNodes, [...under.slice(-8), name], depth);
  }

  #list(node: ElementNode, depth: number): void {
    const items = elementsOf(node, 'li').map((item) => this.inlines(item.childNodes, PLAIN, depth));
    const ordered = node.tagName === 'ol';
    for (let at = 0; at < items.length; at += PROSE_LIMITS.items)
      this.found.push({ kind: 'list', ordered, items: items.slice(at, at + PROSE_LIMITS.items) });
  }

  #quote(node: ElementNode, depth: number): void {
    const inner = new Taker(this.#taking);
    inner.blocks(node.childNodes, [], depth);
    inner.flush();
    for (const [name, count] of inner.dropped) this.#drop(name, count);
    this.pictures.push(...inner.pictures);
    this.#figures.push(...inner.found.filter((block) => block.kind === 'figure'));
    const paragraphs = inner.found.flatMap((block) => {
      if (block.kind === 'list') return block.items;
      if (block.kind === 'quote') return block.paragraphs;
      if (block.kind === 'table')
        return block.rows.map((row) => row.flatMap((cell) => [...cell, { kind: 'text' as const, text: ' ' }]));
      return block.kind === 'figure' ? [] : [block.content];
    });
    if (paragraphs.length > 0) this.found.push({ kind: 'quote', paragraphs });
  }

  #table(node: ElementNode, depth: number): void {
    const parts = node.childNodes.filter(isElement);
    const rows = parts.flatMap((part) => (part.tagName === 'tr' ? [part] : elementsOf(part, 'tr')));
    const cells = rows.map((row) =>
      row.childNodes.filter(isElement).filter(({ tagName }) => tagName === 'td' || tagName === 'th'),
    );
    const width = Math.max(0, ...cells.map((row) => row.length));
    if (width === 0) return;
    if (width > PROSE_LIMITS.columns || width === 1) {
      // A frame for laying out, or wider than a table can be: its words stay, one block after another.
      for (const cell of cells.flat()) this.blocks([...cell.childNodes], [], depth);
      return;
    }
    const hasHead = cells[0]?.every(({ tagName }) => tagName === 'th') ?? false;
    const texts = cells.map((row) =>
      Array.from({ length: width }, (_, at) => this.inlines(row[at]?.childNodes ?? [], PLAIN, depth)),
    );
    for (let at = 0; at < texts.length; at += PROSE_LIMITS.rows)
      this.found.push({
        kind: 'table',
        caption: '',
        hasHead: at === 0 && hasHead,
        rows: texts.slice(at, at + PROSE_LIMITS.rows),
      });
  }

  #figure(node: ElementNode, under: readonly string[], depth: number): void {
    const [caption] = elementsOf(node, 'figcaption');
    this.blocks(
      node.childNodes.filter((child) => child !== caption),
      under,
      depth,
    );
    this.flush();
    if (!caption) return;
    const words = this.inlines(caption.childNodes, PLAIN, depth)
      .map(({ text }) => text)
      .join('');
    const line = words.replaceAll(/\s+/g, ' ').trim();
    const last = this.found.at(-1);
    if (last?.kind === 'figure' && last.caption === '' && line.length <= PROSE_LIMITS.caption)
      this.found[this.found.length - 1] = { ...last, caption: line };
    else this.blocks(caption.childNodes, under, depth);
  }

  #picture(src: string, given: string): void {
    const alt = this.#showable(given).replaceAll(/\s+/g, ' ').trim().slice(0, PROSE_LIMITS.alt).toWellFormed();
    const file = this.#taking.find?.(src) ?? null;
    const isPlaced = file !== null && this.pictures.filter(({ name }) => name !== null).length < PROSE_LIMITS.figures;
    const name = isPlaced ? nameFor(file) : null;
    this.pictures.push({ src: src.slice(0, 500), alt, file: isPlaced ? file : null, name });
    if (name !== null) this.#figures.push({ kind: 'figure', picture: name, alt, caption: '', credit: '' });
  }

  inlines(nodes: readonly Node[], styled: Styled, depth: number): Inline[] {
    return nodes.flatMap((node): Inline[] => {
      if (!isElement(node)) return this.#text(node, styled);
      const name = node.tagName;
      if (name === 'img') {
        this.#picture(attributeOf(node, 'src'), attributeOf(node, 'alt'));
        return [];
      }
      if (name === 'br') return [{ kind: 'text', text: ' ' }];
      if (DROPPED.has(name)) {
        this.#drop(name, 1);
        return [];
      }
      const inner = this.inlines(node.childNodes, this.#styleIn(node, styled), this.#deeper(depth));
      // Blocks that stand where we have words alone, as paragraphs in a cell: a blank keeps their words apart.
      return BLOCKS.has(name) ? [{ kind: 'text', text: ' ' }, ...inner, { kind: 'text', text: ' ' }] : inner;
    });
  }

  #styleIn(node: ElementNode, styled: Styled): Styled {
    const mark = MARK_OF[node.tagName];
    if (mark) return { ...styled, marks: MARKS.filter((each) => each === mark || styled.marks.includes(each)) };
    if (node.tagName !== 'a') return styled;
    const href = attributeOf(node, 'href').trim();
    const led = href === '' || href.startsWith('#') ? null : this.#taking.lead(href);
    if (led !== null && isArticleLink(led)) return { ...styled, href: led };
    if (href !== '' && !href.startsWith('#')) this.#drop('link', 1);
    return styled;
  }

  #text(node: Node, { marks, href }: Styled): Inline[] {
    if (node.nodeName !== '#text' || !('value' in node)) return [];
    const text = this.#showable(node.value);
    if (text === '') return [];
    const styled = marks.length > 0 ? { marks } : {};
    return [href === null ? { kind: 'text', text, ...styled } : { kind: 'link', text, href, ...styled }];
  }

  // Blank lines between words that stand in no paragraph.
  #loose(node: Node, under: readonly string[]): void {
    const [line] = this.#text(node, PLAIN);
    if (!line) return;
    const parts = this.#taking.isLoose && under.at(-1) !== 'pre' ? line.text.split(/\n\s*\n/) : [line.text];
    for (const [at, text] of parts.entries()) {
      if (at > 0) this.flush();
      if (text !== '') this.#line.push({ kind: 'text', text });
    }
  }

  #showable(text: string): string {
    const plain = text.replaceAll(/\r\n?/g, '\n').replaceAll('\u00a0', ' ');
    if (!hasUnshowable(plain)) return plain;
    const signs = Array.from(plain).filter((sign) => !hasUnshowable(sign));
    this.#drop('sign', Array.from(plain).length - signs.length);
    return signs.join('');
  }

  #drop(what: string, count: number): void {
    if (count > 0) this.dropped.set(what, (this.dropped.get(what) ?? 0) + count);
  }

  #deeper(depth: number): number {
    if (depth >= MOVING_LIMITS.depth) throw new RangeError(`elements stand over ${MOVING_LIMITS.depth} deep in each other`);
    return depth + 1;
  }
}

export function isElement(node: Node): node is ElementNode {
  return 'tagName' in node;
}

export function attributeOf(node: ElementNode, name: string): string {
  return node.attrs.find((attribute) => attribute.name === name)?.value ?? '';
}

function elementsOf(node: ElementNode, name: string): ElementNode[] {
  return node.childNodes.filter(isElement).filter(({ tagName }) => tagName === name);
}

function holdsBlocks(node: ElementNode): boolean {
  return node.childNodes.some((child) => isElement(child) && BLOCKS.has(child.tagName));
}
