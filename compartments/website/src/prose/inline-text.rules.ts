import { type Inline, isArticleLink, MARKS, type Mark } from './prose.rules.ts';

/** A link that cannot stand in an article. */
export type InlineFault = { readonly what: 'link'; readonly href: string };

const SIGN_OF: Readonly<Record<Mark, string>> = { strong: '**', em: '__' };
const ESCAPED = /\\([\\[\]#\-.*_|>!])/g;
const TOKENS = /\\([\\[\]#\-.*_|>!])|\[((?:\\[\\[\]#\-.*_|>!]|[^[\]\\])+)\]\(((?:[^()\s]|\([^()\s]*\))*)\)|(\*\*|__)/g;

/** Takes the backslash from signs that mean themselves. */
export function unescapeSigns(text: string): string {
  return text.replaceAll(ESCAPED, '$1');
}

/** Parts a line at a sign that has no backslash before it. */
export function splitUnescaped(line: string, sign: string): string[] {
  const parts = [''];
  for (const piece of line.match(/\\.|[^\\]|\\$/gsu) ?? []) {
    if (piece === sign) parts.push('');
    else parts[parts.length - 1] += piece;
  }
  return parts;
}

/** Reads words with links and marks. A mark that is not closed is a sign like others. */
export function parseInlines(line: string, faults: InlineFault[]): Inline[] {
  const matches = [...line.matchAll(TOKENS)];
  const single = new Set(MARKS.map((mark) => lastOfOdd(matches, SIGN_OF[mark])));
  const inlines: Inline[] = [];
  const marks = new Set<Mark>();
  let text = '';
  let at = 0;
  const flush = () => {
    if (text !== '') inlines.push({ kind: 'text', text, ...marksOf(marks) });
    text = '';
  };
  for (const match of matches) {
    text += line.slice(at, match.index);
    at = match.index + match[0].length;
    const [, escaped, words, href = '', sign] = match;
    if (escaped !== undefined) text += escaped;
    else if (sign !== undefined && single.has(match.index)) text += sign;
    else {
      flush();
      if (sign !== undefined) toggle(marks, sign);
      else {
        if (!isArticleLink(href)) faults.push({ what: 'link', href: href.slice(0, 100) });
        inlines.push({ kind: 'link', text: unescapeSigns(words ?? ''), href, ...marksOf(marks) });
      }
    }
  }
  text += line.slice(at);
  flush();
  return inlines.length > 0 ? inlines : [{ kind: 'text', text: line }];
}

/** Writes words back; `also` is a sign that would end them where they stand. */
export function writeInlines(content: readonly Inline[], also = ''): string {
  let written = '';
  let open: readonly Mark[] = [];
  for (const inline of content) {
    const marks = inline.marks ?? [];
    written += signsBetween(open, marks);
    open = marks;
    written +=
      inline.kind === 'text'
        ? escape(inline.text, also)
        : `[${escapeBrackets(inline.text, also)}](${writeHref(inline.href, also)})`;
  }
  return written + signsBetween(open, []);
}

// In a cell the sign of an address would end the cell; there it has a name of its own.
function writeHref(href: string, also: string): string {
  return also === '' ? href : href.replaceAll(also, encodeURIComponent(also));
}

function signsBetween(before: readonly Mark[], after: readonly Mark[]): string {
  return MARKS.filter((mark) => before.includes(mark) !== after.includes(mark))
    .map((mark) => SIGN_OF[mark])
    .join('');
}

function escape(text: string, also: string): string {
  return escapeBrackets(text, also).replaceAll(/\*(?=\*)|(?<=\*)\*|^\*|\*$|_(?=_)|(?<=_)_|^_|_$/g, '\\$&');
}

function escapeBrackets(text: string, also: string): string {
  const escaped = text.replaceAll(/[\\[\]]/g, '\\$&');
  return also === '' ? escaped : escaped.replaceAll(also, `\\${also}`);
}

function marksOf(marks: ReadonlySet<Mark>): { readonly marks?: readonly Mark[] } {
  return marks.size === 0 ? {} : { marks: MARKS.filter((mark) => marks.has(mark)) };
}

function toggle(marks: Set<Mark>, sign: string): void {
  const mark = MARKS.find((each) => SIGN_OF[each] === sign);
  if (mark && !marks.delete(mark)) marks.add(mark);
}

function lastOfOdd(matches: readonly RegExpExecArray[], sign: string): number {
  const found = matches.filter((match) => match[4] === sign);
  return found.length % 2 === 1 ? (found.at(-1)?.index ?? -1) : -1;
}
