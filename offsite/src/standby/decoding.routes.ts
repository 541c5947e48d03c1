import { Readable } from 'node:stream';
import { decodingCatalogSchema, decodingConfirmSchema, lsnSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { readWireBody, type WireApp } from '@bulkhead/wire';
import { parseLsn } from '#archive/wal.rules.ts';
import type { Jail } from './jail.actions.ts';

const BODY_BYTES = 4096;

/** Adds what history reads: decoded lines, and what they do not say of tables. */
export function addDecodingRoutes(app: WireApp, jail: Jail): void {
  app.get('/decoding', async (c) => {
    const after = lsnSchema.safeParse(c.req.query('after') ?? '0/0');
    if (!after.success) throw new EstateError('input.invalid', 'reading after: must be a WAL position such as 0/16B3748');
    const lines = await jail.openDecoding(parseLsn(after.data), c.req.raw.signal);
    return new Response(Readable.toWeb(Readable.from(lines)) as ReadableStream, {
      headers: { 'content-type': 'application/x-ndjson' },
    });
  });
  app.post('/decoding/confirm', async (c) => {
    const { lsn } = await readWireBody(c.req.raw, decodingConfirmSchema, BODY_BYTES);
    await jail.confirmDecoding(parseLsn(lsn));
    return c.json({ ok: true });
  });
  app.post('/decoding/start', async (c) => {
    await jail.startDecoding();
    return c.json({ ok: true });
  });
  app.get('/decoding/catalog', async (c) => c.json(decodingCatalogSchema.parse(await jail.readDecodingCatalog())));
}
