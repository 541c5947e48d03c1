import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { parseManifest } from '@bulkhead/contracts';
import { createLog, EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import { createCompartmentApp } from '#server/compartment-app.ts';
import { type Asked, createScratchGateway } from '#server/scratch-gateway.ts';
import { serveCompartment } from '#server/serve-compartment.ts';
import { toldAs } from './fault-sentence.ts';
import { detectImageType } from './image-type.ts';
import { readForm } from './read-form.ts';
import { readUpload } from './read-upload.ts';

const route = { origin: 'press', method: 'POST', roles: [], writes: [], maxBodyBytes: 20_000_000 };
const manifest = parseManifest({
  name: 'press',
  title: { en: 'Press' },
  level: 'native',
  needs: [],
  recoveryOrder: 1,
  origins: [{ host: 'press', kind: 'staff', title: { en: 'Press' } }],
  routes: [
    { ...route, id: 'form.send', path: '/form' },
    { ...route, id: 'picture.send', path: '/picture' },
  ],
  jobs: [],
  roles: {},
  checks: [],
  seal: { unreachable: 'stop', automatic: [] },
});
const schema = z.object({
  title: z.string().trim().min(1).max(20),
  text: z.string().max(10_000).optional(),
  tags: z.array(z.string()).max(3),
  day: z
    .string()
    .optional()
    .refine((day) => day !== 'never', toldAs({ en: 'Choose another day.', fr: 'Choisissez un autre jour.' })),
});
const rules = { lists: ['tags'], multiline: ['text'] };
const resultSchema = z.object({
  ok: z.boolean(),
  value: z.record(z.string(), z.unknown()).optional(),
  values: z.record(z.string(), z.unknown()),
  faults: z.record(z.string(), z.string()).optional(),
  files: z.record(z.string(), z.unknown()).optional(),
});

let directory: string;
let socket: string;
let close: () => Promise<void>;
const now = () => new Date();
const gateway = createScratchGateway({ manifest, socket: () => socket, now });

async function measure(content: Readable, found: { readonly contentType: string }): Promise<string> {
  let bytes = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) bytes += chunk.length;
  return `${found.contentType} ${bytes}`;
}

before(async () => {
  directory = await mkdtemp('/tmp/bh-form-');
  socket = join(directory, 'press.sock');
  const app = createCompartmentApp({
    manifest,
    trust: gateway.trust,
    internalSecret: 'never presented in these tests, but there',
    now,
    log: createLog('press', 'silent'),
    health: async () => ({}),
    estate: { organisation: 'Sample Maritime Organization', isSample: true },
  });
  app.post('/form', (c) => c.json(readForm(c, schema, { ...rules, maxBytes: 50_000, maxFields: 10 })));
  app.post('/picture', async (c) => {
    const picture = { accept: ['image/png', 'image/webp'], maxBytes: 3_000_000, isRequired: true, store: measure } as const;
    const spare = { accept: ['image/jpeg'], maxBytes: 1000, store: brokenStore } as const;
    const files = { picture, spare };
    return c.json(await readUpload(c, schema, { ...rules, maxFields: 5, maxFieldBytes: 500, files }));
  });
  ({ close } = await serveCompartment({ app, socket }));
});
after(async () => {
  await close();
  await rm(directory, { recursive: true, force: true });
});

async function brokenStore(): Promise<string> {
  throw new EstateError('disk.full', 'storing a file');
}

async function send(asked: Asked) {
  const { status, text } = await gateway.ask({ ...asked, headers: { accept: 'application/json', ...asked.headers } });
  const json: unknown = JSON.parse(text);
  return { status, code: z.object({ code: z.string().optional() }).parse(json).code, result: resultSchema.safeParse(json).data };
}
const sendForm = (form: string, headers: Record<string, string> = {}) => send({ path: '/form', form, headers });

test('a form is read with its lists and lines; text is normalised', async () => {
  const { result } = await sendForm('title=+Cafe%CC%81+&text=a%0D%0Ab%09c&tags=x&tags=y&day=');
  assert.deepEqual(result?.value, { title: 'Café', text: 'a\nb\tc', tags: ['x', 'y'], day: '' });
});

test('what a person can mend comes back at its field, in their language, with all that was typed', async () => {
  const typed = { title: ' ', text: 'x'.repeat(10_001), tags: ['a', 'b'], day: 'never' };
  const form = new URLSearchParams({ title: typed.title, text: typed.text, day: typed.day });
  for (const tag of typed.tags) form.append('tags', tag);
  const { status, result } = await sendForm(form.toString(), { 'accept-language': 'fr' });
  assert.equal(status, 200);
  assert.deepEqual(result?.faults, {
    title: 'Remplissez ce champ.',
    text: 'Écrivez au plus 10000 caractères.',
    day: 'Choisissez un autre jour.',
  });
  assert.deepEqual(result?.values, typed);
});

for (const [what, form] of [
  ['a zero character', 'title=a%00b'],
  ['a line end in a field of one line', 'title=a%0D%0Ab'],
  ['a bell', 'title=a&text=%07'],
  ['a character of the C1 controls', 'title=a%C2%85'],
  ['a control character in a list', 'title=a&tags=%1b'],
] as const) {
  test(`a form with ${what} is shown again with a fault at the field`, async () => {
    const { result } = await sendForm(form);
    assert.equal(result?.ok, false);
    assert.match(Object.values(result?.faults ?? {})[0] ?? '', /cannot be stored/);
  });
}

for (const [what, form, status] of [
  ['a field twice', 'title=a&title=b', 400],
  ['a field that it has not', 'title=a&isAdmin=true', 400],
  ['a field named __proto__', 'title=a&__proto__=b', 400],
  ['invalid UTF-8, encoded', 'title=%ff%fe', 400],
  ['an overlong zero', 'title=%c0%80', 400],
  ['half a surrogate pair', 'title=%ed%a0%80', 400],
  ['a broken escape', 'title=%4', 400],
  ['a field without a value', 'title', 400],
  ['too many fields', 'tags=a&'.repeat(11), 413],
  ['too many bytes', `title=a&text=${'a'.repeat(50_000)}`, 413],
] as const) {
  test(`a form is refused as a whole for ${what}`, async () => {
    assert.equal((await sendForm(form)).status, status);
  });
}

test('a form is refused for raw bytes that are no UTF-8, and for another content type', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  assert.equal((await send({ path: '/form', body: Buffer.from([0x74, 0x3d, 0xff]), headers })).status, 400);
  for (const type of ['text/plain', 'application/json', 'application/x-www-form-urlencoded; charset=utf-16', '']) {
    assert.equal(
      (await send({ path: '/form', body: Buffer.from('title=a'), headers: { 'content-type': type } })).status,
      400,
      type,
    );
  }
});

const PNG = Buffer.from('89504e470d0a1a0a0000000d', 'hex');
const BOUNDARY = 'a-boundary-of-this-test';
type Part = { readonly name: string; readonly content: string | Uint8Array; readonly file?: string; readonly header?: string };

function multipart(parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(({ name, content, file, header }) => [
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}\r\n${header ?? ''}\r\n`,
    ),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}
const sendParts = (parts: readonly Part[], asked: Partial<Asked> = {}) =>
  send({
    path: '/picture',
    body: multipart(parts),
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    ...asked,
  });
const TITLE: Part = { name: 'title', content: 'Harbour' };
const picture = (bytes: number, head = PNG): Part => ({
  name: 'picture',
  file: '../../etc/passwd',
  content: Buffer.concat([head, Buffer.alloc(bytes - head.length, 7)]),
});

test('a picture goes to its store as it arrives, small or over a megabyte, whatever it is called', async () => {
  for (const bytes of [12, 40_000, 2_900_000]) {
    const { status, result } = await sendParts([TITLE, picture(bytes), { name: 'tags', content: 'á' }]);
    assert.equal(status, 200);
    assert.deepEqual(result?.files, { picture: `image/png ${bytes}` });
    assert.deepEqual(result?.value, { title: 'Harbour', tags: ['á'] });
  }
});

test('a picture that is none, too large or missing is a fault at its field, and the fields after it are kept', async () => {
  for (const [part, sentence] of [
    [picture(2000, Buffer.from('<svg onload=alert(1)>')), /another kind.*PNG, WEBP/],
    [picture(2000, Buffer.from('ffd8ffe0', 'hex')), /another kind/],
    [picture(3_500_000), /too large.*3000 kB/],
    [{ name: 'picture', file: '', content: '' }, /Choose a file/],
    [{ name: 'picture', file: '', content: '', header: 'Content-Type: application/octet-stream\r\n' }, /Choose a file/],
    [{ name: 'tags', content: 'a' }, /Choose a file/],
  ] as const) {
    const { status, result } = await sendParts([part, TITLE]);
    assert.equal(status, 200);
    assert.match(result?.faults?.['picture'] ?? '', sentence);
    assert.equal(result?.values['title'], 'Harbour');
  }
});

test('a file that was stored is told although a field is at fault', async () => {
  const { result } = await sendParts([{ name: 'title', content: '' }, picture(100)]);
  assert.equal(result?.ok, false);
  assert.deepEqual(result?.files, { picture: 'image/png 100' });
});

for (const [what, parts, status] of [
  ['a file that is not asked for', [TITLE, { name: 'program', file: 'a', content: PNG }], 400],
  ['a file twice', [TITLE, picture(20), picture(20)], 400],
  ['a field twice', [TITLE, TITLE, picture(20)], 400],
  ['invalid UTF-8', [{ name: 'title', content: Buffer.from([0xff, 0xfe]) }, picture(20)], 400],
  ['a field that is too long', [TITLE, { name: 'text', content: 'x'.repeat(501) }, picture(20)], 413],
  ['too many parts', [TITLE, ...Array.from({ length: 9 }, () => ({ name: 'tags', content: 'a' }))], 413],
  ['a store that is full', [TITLE, { name: 'spare', file: 'a', content: Buffer.from('ffd8ffe000000000000000', 'hex') }], 507],
] as const) {
  test(`a form with files is refused as a whole for ${what}`, async () => {
    assert.equal((await sendParts(parts)).status, status);
  });
}

test('a form with files is refused when it ends early, has no boundary, or is another body than its token was issued for', async () => {
  const whole = multipart([TITLE, picture(1000)]);
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  assert.equal((await send({ path: '/picture', body: whole.subarray(0, 600), headers })).status, 400);
  assert.equal((await send({ path: '/picture', body: whole, headers: { 'content-type': 'multipart/form-data' } })).status, 400);
  assert.equal((await send({ path: '/picture', form: 'title=a' })).status, 400);
  const claims = { bodySha256: 'a'.repeat(64) };
  assert.equal((await sendParts([TITLE, picture(1000)], { claims })).status, 403);
  assert.equal((await sendParts([TITLE, picture(2_000_000)], { claims })).status, 403);
});

test('an image is known by its first bytes', () => {
  assert.equal(detectImageType(PNG), 'image/png');
  assert.equal(detectImageType(Buffer.from('RIFF1234WEBPVP8 ')), 'image/webp');
  assert.equal(detectImageType(Buffer.from('RIFF1234WAVE')), undefined);
  assert.equal(detectImageType(Buffer.alloc(0)), undefined);
});
