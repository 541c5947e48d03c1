import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { hasCode } from '@bulkhead/kernel';
import { compiledModules, temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import sharp from 'sharp';
import { z } from 'zod';
import { reachDarkroom } from '#picture/darkroom.actions.ts';
import { readPicture } from './sample-articles.ts';

const root = resolve(import.meta.dirname, '../../..');
const SECRET = 'a secret of this test, long enough to be one';

/** The darkroom as its supervisor starts it: no environment, no files but the code, libraries that are not JavaScript. */
async function startDarkroom() {
  const directory = await temporaryDirectory();
  const socket = join(directory, 'darkroom.sock');
  const code = ['packages', 'node_modules', 'compartments/website'].map((part) => `--allow-fs-read=${join(root, part)}`);
  const own = [`--allow-fs-read=${directory}`, `--allow-fs-write=${directory}`];
  const limits = ['--allow-addons', '--disallow-code-generation-from-strings', '--max-old-space-size=256'];
  const compiled = await compiledModules();
  const flags = [
    '--permission',
    ...code,
    ...own,
    ...compiled.flags,
    ...limits,
    join(root, 'compartments/website/src/darkroom/main.ts'),
  ];
  const child = spawn(process.execPath, flags, {
    cwd: '/',
    env: { SOCKET: socket, SECRET, LOG_LEVEL: 'fatal', ...compiled.environment },
    stdio: 'ignore',
  });
  after(async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  });
  const peer = { socket, secret: SECRET };
  const look = () => callWire(peer, { method: 'GET', path: '/health' }, z.object({ ok: z.literal(true) }));
  await waitUntil(() => look().then(Boolean, () => false), { what: 'the darkroom to answer' });
  return { develop: reachDarkroom(peer), peer, socket };
}

const darkroom = await startDarkroom();
const refused = (error: unknown) => hasCode(error, 'picture.refused');
const bytesOf = (base64: string) => Buffer.from(base64, 'base64');

test('a photograph comes back upright, without where and with what it was taken, in AVIF and WebP of several widths', async () => {
  const photo = await sharp({ create: { width: 2400, height: 1200, channels: 3, background: '#336699' } })
    .withExif({ IFD0: { Copyright: 'somebody', Make: 'a camera' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const { main, renditions } = await darkroom.develop(photo);
  assert.deepEqual([main.mediaType, main.width, main.height], ['image/jpeg', 1000, 2000]);
  const kept = await sharp(bytesOf(main.base64)).metadata();
  assert.deepEqual([kept.exif, kept.xmp, kept.iptc, kept.orientation], [undefined, undefined, undefined, undefined]);
  assert.ok(!bytesOf(main.base64).includes('camera'));
  assert.deepEqual(
    renditions.map(({ mediaType, width }) => `${mediaType} ${width}`),
    ['image/webp 480', 'image/avif 480', 'image/webp 960', 'image/avif 960', 'image/webp 1000', 'image/avif 1000'],
  );
});

test('[N7] a bomb, a drawing with a script, a film, half a picture and noise are refused, and the darkroom goes on', async () => {
  const bomb = Buffer.from(readPicture('harbour.png'));
  bomb.writeUInt32BE(60_000, 16);
  bomb.writeUInt32BE(60_000, 20);
  const wide = await sharp({
    create: { width: 30_000, height: 1500, channels: 3, background: '#000000' },
    limitInputPixels: false,
  })
    .png({ compressionLevel: 9 })
    .toBuffer();
  const hostile: readonly Buffer[] = [
    bomb,
    wide,
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><image href="file:///etc/passwd"/></svg>'),
    Buffer.from('GIF89a\x01\x00\x01\x00\x80\x00\x00', 'latin1'),
    readPicture('harbour.png').subarray(0, 9000),
    Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(2000, 7)]),
    Buffer.from('%PDF-1.7 <script>'),
    Buffer.alloc(0),
  ];
  for (const [at, bytes] of hostile.entries()) await assert.rejects(darkroom.develop(bytes), refused, String(at));
  assert.equal((await darkroom.develop(readPicture('signal.png'))).main.width, 960);
});

test('what hides behind the pixels of a picture is not in what comes back', async () => {
  const hidden = Buffer.concat([
    readPicture('signal.png'),
    Buffer.from('<html><script>alert("polyglot")</script></html>PK\x03\x04'),
  ]);
  const { main, renditions } = await darkroom.develop(hidden);
  for (const { base64 } of [main, ...renditions]) assert.ok(!bytesOf(base64).includes('polyglot'));
});

test('whoever does not know the secret is answered nothing, and without a darkroom a picture is refused', async () => {
  const call = { method: 'POST', path: '/develop' } as const;
  await assert.rejects(callWire({ socket: darkroom.socket, secret: 'another' }, call, z.unknown()), (error) =>
    hasCode(error, 'wire.refused'),
  );
  await assert.rejects(reachDarkroom({ socket: '/nowhere/darkroom.sock' })(readPicture('signal.png')), (error) =>
    hasCode(error, 'darkroom.unreachable'),
  );
});
