/** A stretch of text that is the same in both, or in one of the two only. */
export type Piece = { readonly kind: 'same' | 'removed' | 'added'; readonly text: string };

/** Beyond so many comparisons a stretch is shown as replaced whole. */
const CELL_LIMIT = 1_000_000;

/** How `before` became `after`: lines that are equal stay, changed ones are compared word by word. */
export function compareLines(before: readonly string[], after: readonly string[]): Piece[][] {
  const lines: Piece[][] = [];
  const hunk = { removed: [] as string[], added: [] as string[] };
  const flush = () => {
    const pairs = Math.max(hunk.removed.length, hunk.added.length);
    for (let at = 0; at < pairs; at += 1) lines.push(compareWords(hunk.removed[at] ?? '', hunk.added[at] ?? ''));
    hunk.removed.length = 0;
    hunk.added.length = 0;
  };
  for (const piece of compare(before, after)) {
    if (piece.kind === 'same') {
      flush();
      lines.push([piece]);
    } else hunk[piece.kind].push(piece.text);
  }
  flush();
  return lines;
}

/** How one line became another, in words; Chinese in characters. */
export function compareWords(before: string, after: string): Piece[] {
  return joinPieces(compare(splitWords(before), splitWords(after)));
}

/** Whether anything differs. */
export function hasDifference(lines: readonly (readonly Piece[])[]): boolean {
  return lines.some((pieces) => pieces.some((piece) => piece.kind !== 'same'));
}

function splitWords(text: string): string[] {
  return text.match(/\p{Script=Han}|[^\s\p{Script=Han}]+\s*|\s+/gu) ?? [];
}

function joinPieces(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last?.kind === piece.kind) joined[joined.length - 1] = { kind: piece.kind, text: last.text + piece.text };
    else joined.push(piece);
  }
  return joined;
}

function compare(before: readonly string[], after: readonly string[]): Piece[] {
  const limit = Math.min(before.length, after.length);
  let start = 0;
  while (start < limit && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < limit - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const same = (texts: readonly string[]) => texts.map((text): Piece => ({ kind: 'same', text }));
  return [
    ...same(before.slice(0, start)),
    ...compareMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ];
}

// The longest common subsequence, by the table of its lengths from every pair of places to the ends.
function compareMiddle(before: readonly string[], after: readonly string[]): Piece[] {
  const width = after.length + 1;
  const isTooMuch = before.length * after.length > CELL_LIMIT;
  const lengths = new Uint16Array(isTooMuch ? 0 : (before.length + 1) * width);
  const lengthAt = (row: number, column: number) => lengths[row * width + column] ?? 0;
  if (!isTooMuch) {
    for (let row = before.length - 1; row >= 0; row -= 1)
      for (let column = after.length - 1; column >= 0; column -= 1)
        lengths[row * width + column] =
          before[row] === after[column]
            ? lengthAt(row + 1, column + 1) + 1
            : Math.max(lengthAt(row + 1, column), lengthAt(row, column + 1));
  }
  const pieces: Piece[] = [];
  let row = 0;
  let column = 0;
  while (row < before.length || column < after.length) {
    const left = before[row];
    const right = after[column];
    if (!isTooMuch && left !== undefined && left === right) {
      pieces.push({ kind: 'same', text: left });
      row += 1;
      column += 1;
    } else if (left !== undefined && (right === undefined || lengthAt(row + 1, column) >= lengthAt(row, column + 1))) {
      pieces.push({ kind: 'removed', text: left });
      row += 1;
    } else {
      pieces.push({ kind: 'added', text: right ?? '' });
      column += 1;
    }
  }
  return pieces;
}
