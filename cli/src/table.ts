/** Lines of text with their columns aligned; trailing blanks are cut. A line end inside a cell begins no line. */
export function alignColumns(rows: readonly (readonly string[])[], gap = 2): string[] {
  const lines = rows.map((row) => row.map((cell) => cell.replaceAll(LINE_ENDS, ' ')));
  const widths: number[] = [];
  for (const row of lines) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return lines.map((row) =>
    row
      .map((cell, at) => cell.padEnd((widths[at] ?? 0) + gap))
      .join('')
      .trimEnd(),
  );
}

/** As alignColumns, on lines of at most `width` signs: the widest columns are cut, and a cut cell ends in an ellipsis. */
export function fitColumns(rows: readonly (readonly string[])[], width = 80, gap = 2): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  const excess = () => widths.reduce((sum, each) => sum + each + gap, -gap) - width;
  while (excess() > 0 && Math.max(...widths) > LEAST_WIDTH) widths[widths.indexOf(Math.max(...widths))] = Math.max(...widths) - 1;
  return alignColumns(
    rows.map((row) => row.map((cell, at) => cutText(cell, widths[at] ?? cell.length))),
    gap,
  );
}

/** A text of at most `width` signs; a longer one ends in an ellipsis. */
export function cutText(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

const LEAST_WIDTH = 4;

/** A text in lines of at most `width` signs, indented, broken between words. */
export function wrapText(text: string, indent = 4, width = 80): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.replaceAll(LINE_ENDS, ' ').split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].filter(Boolean).map((each) => `${' '.repeat(indent)}${each}`);
}
const LINE_ENDS = /[\n\r\v\f\u0085\u2028\u2029]/g;
/** Control characters but the line end, and what turns the direction of writing. */
const CONTROLS = /[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * What may stand on an operator's terminal. Findings and restored copies tell in words that an attacker may have
 * chosen: none of them may move the cursor, hide a line or turn it around.
 */
export function withoutControls(text: string): string {
  return text.replaceAll(CONTROLS, '\ufffd');
}
