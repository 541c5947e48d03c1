import { type Block, hasUnshowable, type Inline, isArticleLink, PROSE_LIMITS, type Prose } from './prose.rules.ts';

/**
 * The way people write articles: blank lines between paragraphs, `## ` and `### ` before headings, `- ` or `1. ` before
 * the items of a list, `[words](https://address)` for links, and a backslash before a sign that shall mean itself.
 */
export type ProseFault =
  | { readonly what: 'too-long' }
  | { readonly what: 'too-many-blocks' }
  | { readonly what: 'unshowable' }
  | { readonly what: 'link'; readonly href: string };

const HEADING = /^(#{2,3}) +(\S.*)$/;
const BULLET = /^- +(\S.*)$/;
const NUMBERED = /^\d{1,3}\. +(\S.*)$/;

/** Reads what a person wrote. Faults are listed; with any fault, the text must not be stored. */
export function parseProse(written: string): { readonly prose: Prose; readonly faults: readonly ProseFault[] } {
  const text = written
    .normalize('NFC')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\t\u00a0]/g, ' ');
  if (text.length > PROSE_LIMITS.characters) return { prose: [], faults: [{ what: 'too-long' }] };
  if (hasUnshowable(text)) return { prose: [], faults: [{ what: 'unshowable' }] };
  const faults: ProseFault[] = [];
  const prose = splitBlocks(text).map((lines) => toBlock(lines, faults));
  const isTooMany =
    prose.length > PROSE_LIMITS.blocks ||
    prose.some((block) =>
      block.kind === 'list'
        ? block.items.length > PROSE_LIMITS.items || block.items.some((item) => item.length > PROSE_LIMITS.inlines)
        : block.content.length > PROSE_LIMITS.inlines,
    );
  return { prose, faults: isTooMany ? [...faults, { what: 'too-many-blocks' }] : faults };
}

/** Writes a text back in the way people write it; reading that again gives the same text. */
export function writeProse(prose: Prose): string {
  return prose.map(writeBlock).join('\n\n');
}

type Lines = { readonly kind: 'paragraph' | 'heading' | 'bullets' | 'numbers'; readonly lines: string[] };

function splitBlocks(text: string): Lines[] {
  const blocks: Lines[] = [];
  let isNew = true;
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') {
      isNew = true;
      continue;
    }
    const kind = kindOf(line);
    const last = blocks.at(-1);
    const continues = !isNew && last && kind !== 'heading' && last.kind === kind;
    if (continues) last.lines.push(line);
    else if (!isNew && last && kind === 'paragraph' && last.kind !== 'heading') extendLast(last.lines, line);
    else blocks.push({ kind, lines: [line] });
    isNew = false;
  }
  return blocks;
}

// A line that goes on after an item of a list, without a blank line between, belongs to that item.
function extendLast(lines: string[], line: string): void {
  lines.push(joinLines([lines.pop() ?? '', line]));
}

function kindOf(line: string): Lines['kind'] {
  if (HEADING.test(line)) return 'heading';
  if (BULLET.test(line)) return 'bullets';
  return NUMBERED.test(line) ? 'numbers' : 'paragraph';
}

function toBlock(block: Lines, faults: ProseFault[]): Block {
  const [first = ''] = block.lines;
  if (block.kind === 'heading') {
    const [, signs = '', words = ''] = HEADING.exec(first) ?? [];
    return { kind: 'heading', level: signs.length === 2 ? 2 : 3, content: toInlines(words, faults) };
  }
  if (block.kind === 'paragraph') return { kind: 'paragraph', content: toInlines(joinLines(block.lines), faults) };
  const sign = block.kind === 'bullets' ? BULLET : NUMBERED;
  const items = block.lines.map((line) => toInlines(sign.exec(line)?.[1] ?? line, faults));
  return { kind: 'list', ordered: block.kind === 'numbers', items };
}

// Chinese is written without spaces: a line's end between two of its characters is none.
function joinLines(lines: readonly string[]): string {
  return lines.reduce((text, line) => {
    const isInside = /[\p{Script=Han}，。、；：？！）】」』》]$/u.test(text) && /^[\p{Script=Han}（【「『《]/u.test(line);
    return text === '' ? line : `${text}${isInside ? '' : ' '}${line}`;
  }, '');
}

const TOKENS = /\\([\\[\]#\-.])|\[((?:\\[\\[\]#\-.]|[^[\]\\])+)\]\(((?:[^()\s]|\([^()\s]*\))*)\)/g;

function toInlines(line: string, faults: ProseFault[]): Inline[] {
  const inlines: Inline[] = [];
  let text = '';
  let at = 0;
  for (const match of line.matchAll(TOKENS)) {
    text += line.slice(at, match.index);
    at = match.index + match[0].length;
    const [, escaped, words, href = ''] = match;
    if (escaped !== undefined) text += escaped;
    else {
      if (text !== '') inlines.push({ kind: 'text', text });
      text = '';
      if (!isArticleLink(href)) faults.push({ what: 'link', href: href.slice(0, 100) });
      inlines.push({ kind: 'link', text: unescape(words ?? ''), href });
    }
  }
  text += line.slice(at);
  if (text !== '') inlines.push({ kind: 'text', text });
  return inlines;
}

function unescape(text: string): string {
  return text.replaceAll(/\\([\\[\]#\-.])/g, '$1');
}

function writeBlock(block: Block): string {
  if (block.kind === 'heading') return `${'#'.repeat(block.level)} ${writeInlines(block.content)}`;
  if (block.kind === 'paragraph') return escapeStart(writeInlines(block.content));
  return block.items.map((item, at) => `${block.ordered ? `${at + 1}.` : '-'} ${writeInlines(item)}`).join('\n');
}

function writeInlines(content: readonly Inline[]): string {
  return content
    .map((inline) => (inline.kind === 'text' ? escape(inline.text) : `[${escape(inline.text)}](${inline.href})`))
    .join('');
}

function escape(text: string): string {
  return text.replaceAll(/[\\[\]]/g, '\\$&');
}

function escapeStart(line: string): string {
  return line
    .replace(/^(#{2,3} )/, '\\$1')
    .replace(/^- /, '\\- ')
    .replace(/^(\d{1,3})\. /, '$1\\. ');
}
