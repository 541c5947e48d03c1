import { Readable } from 'node:stream';
import { EDITION_FILES_AT_ONCE, sha256Schema } from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import { createWireApp, readWireBody, type WireApp } from '@bulkhead/wire';
import type { Context } from 'hono';
import { z } from 'zod';
import type { Press } from './press.actions.ts';

const WAIT_MS = 20_000;
const RESUME_BYTES = 67_108_864;

export type Presses = ReadonlyMap<string, Press>;

/** What headquarters can ask for: the latest edition, and its files. It can change nothing. */
export function createHeadquartersApp(deps: {
  readonly presses: Presses;
  readonly secret: string;
  readonly standInSecret?: string | undefined;
  readonly readingRoomSecret?: string | undefined;
  readonly log: Log;
}): WireApp {
  const { secret, standInSecret, readingRoomSecret } = deps;
  const secrets = {
    headquarters: secret,
    ...(standInSecret ? { 'stand-in': standInSecret } : {}),
    ...(readingRoomSecret ? { 'reading-room': readingRoomSecret } : {}),
  };
  const app = createWireApp({ secrets, log: deps.log });
  addReading(app, deps.presses, WAIT_MS);
  addFiles(app, deps.presses);
  return app;
}

/** What off-site's own processes can ask for. */
export function createControlApp(deps: { readonly presses: Presses; readonly secret: string; readonly log: Log }): WireApp {
  const { presses } = deps;
  const app = createWireApp({ secrets: { control: deps.secret }, log: deps.log });
  addReading(app, presses, 0);
  app.get('/editions/:compartment', (c) => {
    const press = pressOf(presses, c);
    const latest = press.latest?.manifest;
    return c.json({
      number: latest?.number ?? null,
      lsn: latest?.lsn ?? null,
      publishedAt: latest?.publishedAt ?? null,
      expiresAt: latest?.expiresAt ?? null,
      files: latest?.files.length ?? 0,
      paused: press.isPaused,
    });
  });
  app.get('/editions/:compartment/kept', async (c) => {
    const press = pressOf(presses, c);
    const kept = await press.listKept();
    const editions = kept.map(({ number, lsn, publishedAt, files }) => ({ number, lsn, publishedAt, files: files.length }));
    return c.json({ editions, latest: press.latest?.manifest.number ?? null, paused: press.isPaused });
  });
  app.get('/editions/:compartment/kept/:number', async (c) => {
    const number = c.req.param('number');
    if (!/^[1-9]\d{0,11}$/.test(number))
      throw new EstateError('input.invalid', 'asking for an edition: its number is a whole number');
    return c.json(await pressOf(presses, c).readKept(Number(number)));
  });
  app.post('/editions/:compartment/pause', async (c) => {
    await pressOf(presses, c).pause();
    return c.json({ paused: true });
  });
  app.post('/editions/:compartment/resume', async (c) => {
    const { mayVanish } = await readWireBody(c.req.raw, resumeSchema, RESUME_BYTES);
    await pressOf(presses, c).resume({ mayVanish });
    return c.json({ paused: false });
  });
  app.post('/editions/:compartment/erase', async (c) => {
    const { sha256 } = await readWireBody(c.req.raw, z.strictObject({ sha256: sha256Schema }));
    await pressOf(presses, c).eraseFile(sha256);
    return c.json({ ok: true });
  });
  app.post('/editions/:compartment/rollback', async (c) => {
    const { number } = await readWireBody(c.req.raw, z.strictObject({ number: z.number().int().positive() }));
    const manifest = await pressOf(presses, c).rollBack(number);
    return c.json({ number: manifest.number, paused: true });
  });
  app.post('/render/:compartment', async (c) => {
    const { jail } = await readWireBody(c.req.raw, renderSchema);
    const { files, subjects } = await pressOf(presses, c).renderFrom(jail);
    return c.json({ files: files.map(({ path, language, sha256 }) => ({ path, language, sha256 })), subjects });
  });
  return app;
}

const resumeSchema = z.strictObject({ mayVanish: z.array(z.string().max(200)).max(200_000).default([]) });
const renderSchema = z.strictObject({
  jail: z.strictObject({ socket: z.string().startsWith('/').max(103), secret: z.string().min(16) }),
});

function addReading(app: WireApp, presses: Presses, waitMs: number): void {
  app.get('/health', (c) =>
    c.json({
      ok: true,
      editions: Object.fromEntries([...presses].map(([name, press]) => [name, press.latest?.manifest.number ?? 0])),
    }),
  );
  app.get('/editions/:compartment/latest', async (c) => {
    const press = pressOf(presses, c);
    const after = c.req.query('after') ?? '0';
    if (!/^\d{1,15}$/.test(after)) throw new EstateError('input.invalid', 'asking for an edition: after must be a whole number');
    const latest = await press.waitForNewer(Number(after), waitMs, c.req.raw.signal);
    return latest ? c.json(latest.signed) : c.body(null, 204);
  });
  app.get('/editions/:compartment/files/:sha256', async (c) => {
    const press = pressOf(presses, c);
    const sha256 = sha256Schema.safeParse(c.req.param('sha256'));
    if (!sha256.success) throw new EstateError('input.invalid', 'asking for a file: not a digest');
    const { stream, bytes } = await press.openFile(sha256.data);
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(bytes) };
    return new Response(Readable.toWeb(stream) as ReadableStream, { headers });
  });
}

const filesSchema = z.strictObject({ digests: z.array(sha256Schema).min(1).max(EDITION_FILES_AT_ONCE) });

/** Many small files in one answer: their bytes one after the other as they were asked for; whoever asks knows how long each is. */
function addFiles(app: WireApp, presses: Presses): void {
  app.post('/editions/:compartment/files', async (c) => {
    const press = pressOf(presses, c);
    const { digests } = await readWireBody(c.req.raw, filesSchema);
    const files = (async function* () {
      for (const sha256 of digests) yield await press.readFile(sha256);
    })();
    const headers = { 'content-type': 'application/octet-stream' };
    return new Response(Readable.toWeb(Readable.from(files)) as ReadableStream, { headers });
  });
}

function pressOf(presses: Presses, c: Context): Press {
  const press = presses.get(c.req.param('compartment') ?? '');
  if (press) return press;
  throw new EstateError('compartment.unknown', 'finding an edition: there is no such compartment, or it publishes nothing');
}
