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
