import { EstateError } from '@bulkhead/kernel';
import sharp, { type Sharp } from 'sharp';
import { type Developed, type DevelopedFile, KEPT_LIMIT_BYTES, LONGEST_SIDE, PIXEL_LIMIT, widthsFor } from './developed.rules.ts';

const SECONDS = 25;
const FORMATS = ['png', 'jpeg', 'webp'];

sharp.cache(false);
sharp.concurrency(1);
// Whatever else the library can read: nobody sends it here.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadPng', 'VipsForeignLoadJpeg', 'VipsForeignLoadWebp'] });

/**
 * Makes a picture anew from its pixels: turned upright, bounded in size, in the colours of the web, with nothing else of
 * the file in it. One of several frames is the first of them.
 * @throws EstateError `picture.refused`
 */
export async function develop(bytes: Buffer): Promise<Developed> {
  await checkHead(bytes);
  try {
    const { data, info } = await open(bytes)
      .autoOrient()
      .resize({ width: LONGEST_SIDE, height: LONGEST_SIDE, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const pixels = () =>
      sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } }).timeout({ seconds: SECONDS });
    const isClear = (info.channels === 2 || info.channels === 4) && !(await pixels().stats()).isOpaque;
    const main = await makeMain(pixels, info.width, isClear);
    const renditions: DevelopedFile[] = [];
    for (const width of widthsFor(main.width)) {
      const resized = () => pixels().resize({ width });
      renditions.push(await file(resized().webp({ quality: 78 }), 'image/webp'));
      renditions.push(await file(resized().avif({ quality: 52, effort: 3 }), 'image/avif'));
    }
    return { main: { ...main, mediaType: isClear ? 'image/png' : 'image/jpeg' }, renditions };
  } catch (cause) {
    throw refuse('its pixels cannot be read', cause);
  }
}

/** Size and kind are read from the head of the file before a single pixel is. */
async function checkHead(bytes: Buffer): Promise<void> {
  if (bytes.length === 0) throw refuse('it is empty');
  const head = await open(bytes)
    .metadata()
    .catch((cause: unknown): never => {
      throw refuse('it is no picture', cause);
    });
  if (!FORMATS.includes(head.format)) throw refuse(`it is of the kind ${head.format}`);
  if (head.width * head.height > PIXEL_LIMIT) throw refuse(`it has ${head.width} × ${head.height} pixels`);
}

function open(bytes: Buffer): Sharp {
  return sharp(bytes, { limitInputPixels: PIXEL_LIMIT, failOn: 'error', pages: 1, sequentialRead: true }).timeout({
    seconds: SECONDS,
  });
}

// Noise without loss may be larger than what is kept: then it is made narrower.
async function makeMain(pixels: () => Sharp, width: number, isClear: boolean): Promise<DevelopedFile> {
  for (const narrower of [width, 1400, 1000, 700].filter((each) => each <= width)) {
    const resized = pixels().resize({ width: narrower });
    const made = isClear
      ? await file(resized.png({ compressionLevel: 9 }), 'image/png')
      : await file(resized.flatten({ background: '#ffffff' }).jpeg({ quality: 84, mozjpeg: true }), 'image/jpeg');
    if (made.base64.length * 0.75 <= KEPT_LIMIT_BYTES) return made;
  }
  throw refuse('it stays too large');
}

async function file(made: Sharp, mediaType: DevelopedFile['mediaType']): Promise<DevelopedFile> {
  const { data, info } = await made.toBuffer({ resolveWithObject: true });
  return { mediaType, width: info.width, height: info.height, base64: data.toString('base64') };
}

function refuse(why: string, cause?: unknown): EstateError {
  return cause instanceof EstateError ? cause : new EstateError('picture.refused', `developing a picture: ${why}`, { cause });
}
