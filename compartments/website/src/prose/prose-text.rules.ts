import { type InlineFault, parseInlines, splitUnescaped, unescapeSigns, writeInlines } from './inline-text.rules.ts';
import { type Block, type Figure, hasUnshowable, PROSE_LIMITS, type Prose, proseSchema, type Table } from './prose.rules.ts';

/**
 * The way people write articles: blank lines between paragraphs, `## ` and `### ` before headings, `- ` or `1. ` before
 * the items of a list, `> ` before a quotation, `| a | b |` for rows of a table, `[words](https://address)` for links,
 * `**strong**` and `__stressed__` words, `![description|caption|credit](digest)` for a picture that was uploaded,
 * and a backslash before a sign that shall mean itself.
 */
export type ProseFault =
  | { readonly what: 'too-long' }
  | { readonly what: 'too-many-blocks' }
  | { readonly what: 'unshowable' }
  | InlineFault;

const HEADING = /^(#{2,3}) +(\S.*)$/;
const BULLET = /^- +(\S.*)$/;
const NUMBERED = /^\d{1,3}\. +(\S.*)$/;
const QUOTED = /^>(?: +(.*))?$/;
const ROW = /^\|(.*)$/;
const FIGURE = /^!\[((?:\\.|[^[\]\\])*)\]\(([0-9a-f]{64})\)$/;

/** Reads what a person wrote. Faults are listed; with any fault, the text must not be stored. */
export function parseProse(written: string): { readonly prose: Prose; readonly faults: readonly ProseFault[] } {
  const text = written
    .normalize('NFC')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\t\u00a0]/g, ' ');
  if (text.length > PROSE_LIMITS.characters) return { prose: [], faults: [{ what: 'too-long' }] };
  if (hasUnshowable(text)) return { prose: [], faults: [{ what: 'unshowable' }] };
  const faults: InlineFault[] = [];
  const prose = splitBlocks(text).flatMap((lines) => toBlock(lines, faults));
  if (faults.length > 0 || proseSchema.safeParse(prose).success) return { prose, faults };
  return { prose, faults: [{ what: 'too-many-blocks' }] };
}

/** Writes a text back in the way people write it; reading that again gives the same text. */
export function writeProse(prose: Prose): string {
  return prose.map(writeBlock).join('\n\n');
}

type LineKind = 'paragraph' | 'heading' | 'bullets' | 'numbers' | 'quote' | 'table' | 'figure';
type Lines = { readonly kind: LineKind; readonly lines: string[] };

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
    const continues = !isNew && last && kind !== 'heading' && kind !== 'figure' && last.kind === kind;
    if (continues) last.lines.push(line);
    else if (!isNew && last && kind === 'paragraph' && ['paragraph', 'bullets', 'numbers'].includes(last.kind))
      extendLast(last.lines, line);
    else blocks.push({ kind, lines: [line] });
    isNew = false;
  }
  return blocks;
}

// A line that goes on after an item of a list, without a blank line between, belongs to that item.
function extendLast(lines: string[], line: string): void {
  lines.push(joinLines([lines.pop() ?? '', line]));
}

function kindOf(line: string): LineKind {
  if (HEADING.test(line)) return 'heading';
  if (BULLET.test(line)) return 'bullets';
  if (QUOTED.test(line)) return 'quote';
  if (ROW.test(line)) return 'table';
  if (FIGURE.test(line)) return 'figure';
  return NUMBERED.test(line) ? 'numbers' : 'paragraph';
}

function toBlock({ kind, lines }: Lines, faults: InlineFault[]): Block[] {
  const [first = ''] = lines;
  switch (kind) {
    case 'heading': {
      const [, signs = '', words = ''] = HEADING.exec(first) ?? [];
      return [{ kind, level: signs.length === 2 ? 2 : 3, content: parseInlines(words, faults) }];
    }
    case 'paragraph':
      return [{ kind, content: parseInlines(joinLines(lines), faults) }];
    case 'quote':
      return toQuote(lines, faults);
    case 'table':
      return [toTable(lines, faults)];
    case 'figure':
      return [toFigure(first)];
    default: {
      const sign = kind === 'bullets' ? BULLET : NUMBERED;
      const items = lines.map((line) => parseInlines(sign.exec(line)?.[1] ?? line, faults));
      return [{ kind: 'list', ordered: kind === 'numbers', items }];
    }
  }
}

// A sign alone on its line parts two paragraphs of one quotation.
function toQuote(lines: readonly string[], faults: InlineFault[]): Block[] {
  const paragraphs: string[][] = [[]];
  for (const line of lines) {
    const words = QUOTED.exec(line)?.[1] ?? '';
    if (words === '') paragraphs.push([]);
    else paragraphs.at(-1)?.push(words);
  }
  const whole = paragraphs.filter((paragraph) => paragraph.length > 0);
  return whole.length === 0 ? [] : [{ kind: 'quote', paragraphs: whole.map((each) => parseInlines(joinLines(each), faults)) }];
}

function toTable(lines: readonly string[], faults: InlineFault[]): Table {
  const caption = /^\|! *(.*)$/.exec(lines[0] ?? '');
  const rest = caption ? lines.slice(1) : lines;
  const isRule = (line: string) => /^\|(?:\s*-{3,}\s*\|?)+$/.test(line);
  const written = rest
    .filter((line) => !isRule(line))
    .map((line) => splitUnescaped(line.replace(/^\|/, '').replace(/(?<!\\)\|$/, ''), '|'));
  const width = Math.max(1, ...written.map((cells) => cells.length));
  const rows = written.map((cells) =>
    Array.from({ length: width }, (_, at) => {
      const words = (cells[at] ?? '').trim();
      return words === '' ? [] : parseInlines(words, faults);
    }),
  );
  return {
    kind: 'table',
    caption: unescapeSigns(caption?.[1] ?? '').trim(),
    hasHead: isRule(rest[1] ?? ''),
    rows: rows.length === 0 ? [[[]]] : rows,
  };
}

function toFigure(line: string): Figure {
  const [, words = '', picture = ''] = FIGURE.exec(line) ?? [];
  const [alt = '', caption = '', credit = ''] = splitUnescaped(words, '|').map((part) => unescapeSigns(part).trim());
  return { kind: 'figure', picture, alt, caption, credit };
}

// Chinese is written without spaces: a line's end between two of its characters is none.
function joinLines(lines: readonly string[]): string {
  return lines.reduce((text, line) => {
    const isInside = /[\p{Script=Han}，。、；：？！）】」』》]$/u.test(text) && /^[\p{Script=Han}（【「『《]/u.test(line);
    return text === '' ? line : `${text}${isInside ? '' : ' '}${line}`;
  }, '');
}

function writeBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${writeInlines(block.content)}`;
    case 'paragraph':
      return escapeStart(writeInlines(block.content));
    case 'list':
      return block.items.map((item, at) => `${block.ordered ? `${at + 1}.` : '-'} ${writeInlines(item)}`).join('\n');
    case 'quote':
      return block.paragraphs.map((each) => `> ${writeInlines(each)}`).join('\n>\n');
    case 'figure':
      return `![${[block.alt, block.caption, block.credit].map(escapeField).join('|')}](${block.picture})`;
    case 'table':
      return writeTable(block);
  }
}

function writeTable({ caption, hasHead, rows }: Table): string {
  const lines = rows.map((row) => `|${row.map((cell) => ` ${writeInlines(cell, '|')} `).join('|')}|`);
  if (hasHead) lines.splice(1, 0, `|${(rows[0] ?? []).map(() => '---').join('|')}|`);
  return [...(caption === '' ? [] : [`|! ${escapeField(caption)}`]), ...lines].join('\n');
}

function escapeField(text: string): string {
  return text.replaceAll(/[\\[\]|]/g, '\\$&');
}

function escapeStart(line: string): string {
  return line
    .replace(/^(#{2,3} )/, '\\$1')
    .replace(/^- /, '\\- ')
    .replace(/^([>|!])/, '\\$1')
    .replace(/^(\d{1,3})\. /, '$1\\. ');
}
