export const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const;
export type ImageType = (typeof IMAGE_TYPES)[number];

/** How many bytes `detectImageType` needs. */
export const SIGNATURE_BYTES = 12;

/** What an image is by its first bytes, whatever it is called; undefined for everything else. */
export function detectImageType(head: Uint8Array): ImageType | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, SIGNATURE_BYTES));
  const hex = bytes.toString('hex');
  if (hex.startsWith('89504e470d0a1a0a')) return 'image/png';
  if (hex.startsWith('ffd8ff')) return 'image/jpeg';
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return 'image/webp';
  return undefined;
}

/** Whether an image is AVIF by its first bytes: a file type box with one of its brands. Nobody uploads it; we make it. */
export function isAvif(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, SIGNATURE_BYTES));
  return bytes.toString('latin1', 4, 8) === 'ftyp' && /^(?:avif|avis|mif1)$/.test(bytes.toString('latin1', 8, 12));
}
