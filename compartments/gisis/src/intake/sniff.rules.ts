/** What a file of records is by its first bytes, whatever it is called. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
export type SniffedFile =
  | { readonly kind: 'csv'; readonly encoding: Exclude<Encoding, 'windows-1252'> }
  | { readonly kind: 'xlsx' }
  | { readonly kind: 'old-workbook' | 'binary' };

export const CSV_TYPE = 'text/csv';
export const XLSX_TYPE = 'application/xlsx';

/** How many bytes tell the encoding of a text without a mark. */
export const SNIFFED_BYTES = 4096;

export function sniff(head: Uint8Array): SniffedFile {
  const hex = Buffer.from(head.buffer, head.byteOffset, Math.min(8, head.byteLength)).toString('hex');
  if (hex.startsWith('504b0304') || hex.startsWith('504b0506')) return { kind: 'xlsx' };
  if (hex.startsWith('d0cf11e0a1b11ae1')) return { kind: 'old-workbook' };
  if (hex.startsWith('efbbbf')) return { kind: 'csv', encoding: 'utf-8' };
  if (hex.startsWith('fffe')) return { kind: 'csv', encoding: 'utf-16le' };
  if (hex.startsWith('feff')) return { kind: 'csv', encoding: 'utf-16be' };
  return sniffText(head.subarray(0, SNIFFED_BYTES));
}

/** UTF-16 without its mark has a zero beside nearly every letter of a heading; other texts have none. */
function sniffText(head: Uint8Array): SniffedFile {
  const zeros = (odd: 0 | 1) => head.reduce((sum, byte, at) => sum + (byte === 0 && at % 2 === odd ? 1 : 0), 0);
  const [even, odd] = [zeros(0), zeros(1)];
  const most = head.length / 2;
  if (odd > most * 0.6 && even < most * 0.1) return { kind: 'csv', encoding: 'utf-16le' };
  if (even > most * 0.6 && odd < most * 0.1) return { kind: 'csv', encoding: 'utf-16be' };
  return even + odd > 0 ? { kind: 'binary' } : { kind: 'csv', encoding: 'utf-8' };
}

/** What a form takes as a file of records: text or a workbook; the rest is told to be of another kind. */
export function detectTable(head: Uint8Array): string | undefined {
  const found = sniff(head);
  if (found.kind === 'csv') return CSV_TYPE;
  return found.kind === 'xlsx' ? XLSX_TYPE : undefined;
}

const DELIMITERS = [',', ';', '\t'] as const;

/** What stands between the cells of a heading: what it has most of outside of quotes, a comma where there is nothing to choose. */
export function chooseDelimiter(text: string): string {
  const counts = new Map<string, number>();
  let isQuoted = false;
  for (const char of text) {
    if (char === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (char === '\n' || char === '\r')) break;
    else if (!isQuoted) counts.set(char, (counts.get(char) ?? 0) + 1);
  }
  const [best] = DELIMITERS.toSorted((left, right) => (counts.get(right) ?? 0) - (counts.get(left) ?? 0));
  return best ?? ',';
}
