export const TAR_BLOCK = 512;
const SIZE_DIGITS = 11;

/** What a header of a tar tells of the file behind it. */
export type TarHead = { readonly name: string; readonly bytes: number; readonly type: string };

const TYPES: Readonly<Record<string, string>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'hard link',
  '2': 'symbolic link',
  '3': 'character device',
  '4': 'block device',
  '5': 'directory',
  '6': 'named pipe',
};
const MAGIC = 'ustar';

/** Undefined for a block of zeros, which ends a tar, and for whatever is no header. */
export function readTarHead(block: Buffer): TarHead | undefined {
  if (block.length < TAR_BLOCK || isZero(block) || readOctal(block, 148, 8) !== sumOf(block)) return undefined;
  const bytes = block.readUInt8(124) === 0x80 ? Number(block.readBigUInt64BE(128)) : readOctal(block, 124, 12);
  if (bytes === undefined) return undefined;
  const prefix = block.toString('latin1', 257, 257 + MAGIC.length) === MAGIC ? readText(block, 345, 155) : '';
  const name = prefix === '' ? readText(block, 0, 100) : `${prefix}/${readText(block, 0, 100)}`;
  const flag = block.toString('latin1', 156, 157);
  const type = TYPES[flag] ?? `thing of type ${JSON.stringify(flag)}`;
  return { name, bytes, type: type === 'file' && name.endsWith('/') ? 'directory' : type };
}

/** The same header for a file of another name and length, as PostgreSQL writes one. */
export function rewriteTarHead(block: Buffer, { name, bytes }: Pick<TarHead, 'name' | 'bytes'>): Buffer {
  const head = Buffer.from(block);
  head.fill(0, 0, 100).write(name, 0, 100, 'utf8');
  head.write(`${bytes.toString(8).padStart(SIZE_DIGITS, '0')} `, 124, 'latin1');
  head.write(`${sumOf(head).toString(8).padStart(7, '0')} `, 148, 'latin1');
  return head;
}

/** So many zeros stand behind a file, up to the next header. */
export function paddingOf(bytes: number): number {
  return (TAR_BLOCK - (bytes % TAR_BLOCK)) % TAR_BLOCK;
}

export function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

/** The sum over a header, its own field counted as blanks. */
function sumOf(head: Buffer): number {
  return head.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
}

function readText(head: Buffer, at: number, length: number): string {
  const field = head.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

function readOctal(head: Buffer, at: number, length: number): number | undefined {
  const text = head
    .toString('latin1', at, at + length)
    .replace(/[\0 ]+$/, '')
    .trim();
  return /^[0-7]{1,12}$/.test(text) ? Number.parseInt(text, 8) : undefined;
}
