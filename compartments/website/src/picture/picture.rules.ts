import { EstateError } from '@bulkhead/kernel';
import type { ImageType } from '@bulkhead/web';

export const PICTURE_LIMIT_BYTES = 5 * 1024 * 1024;
const LARGEST_SIDE = 20_000;

export type Size = { readonly width: number; readonly height: number };

/**
 * Reads a picture's size from its bytes: PNG (ISO/IEC 15948), JPEG (ITU-T T.81), WebP (RFC 9649).
 * @throws EstateError `picture.refused` if the bytes are no such picture, or its sides are beyond reason
 */
export function measurePicture(bytes: Uint8Array, type: ImageType): Size {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = readSize(buffer, type);
  const isSound = size && [size.width, size.height].every((side) => side >= 1 && side <= LARGEST_SIDE);
  if (isSound) return size;
  throw new EstateError(
    'picture.refused',
    `measuring a picture: its bytes are no whole ${type}, or a side is over ${LARGEST_SIDE}`,
  );
}

function readSize(bytes: Buffer, type: ImageType): Size | undefined {
  if (type === 'image/png') return readPng(bytes);
  return type === 'image/jpeg' ? readJpeg(bytes) : readWebp(bytes);
}

function readPng(bytes: Buffer): Size | undefined {
  const isWhole = bytes.length >= 57 && bytes.toString('latin1', 12, 16) === 'IHDR' && bytes.includes('IEND', bytes.length - 12);
  return isWhole ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) } : undefined;
}

// Segments follow each other; the frame header (SOF) among them names the size.
function readJpeg(bytes: Buffer): Size | undefined {
  let at = 2;
  while (at + 9 < bytes.length) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) return undefined;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

function readWebp(bytes: Buffer): Size | undefined {
  if (bytes.length < 30 || bytes.readUInt32LE(4) + 8 > bytes.length + 1) return undefined;
  const kind = bytes.toString('latin1', 12, 16);
  if (kind === 'VP8X') return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  if (kind === 'VP8 ') return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  if (kind !== 'VP8L') return undefined;
  const bits = bytes.readUInt32LE(21);
  return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
}
