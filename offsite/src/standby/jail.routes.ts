import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  digestRequestSchema,
  jailHealthSchema,
  jailImageSchema,
  jailPositionSchema,
  lsnSchema,
  promotedSchema,
  promoteRequestSchema,
  rowsRequestSchema,
  tableDigestsSchema,
  verificationSchema,
  verifyRequestSchema,
} from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import { readWireBody, type WireApp } from '@bulkhead/wire';
import { z } from 'zod';
import { parseLsn } from '#archive/wal.rules.ts';
import type { Jail } from './jail.actions.ts';
import { addRepairRoutes } from './repair.routes.ts';
import { digestRows, streamRows } from './rows.actions.ts';
import { verifyCluster } from './verify.actions.ts';

const BODY_BYTES = 16_777_216;
const WAIT_MS = 20_000;
const catchUpSchema = z.object({ lsn: lsnSchema });

/** Adds a jail's API. Everything it answers was decoded from what an attacker may have written: callers treat it so. */
export function addJailRoutes(app: WireApp, jail: Jail, directory: string, log: Log): void {
  app.get('/health', async (c) => c.json(jailHealthSchema.parse(await jail.health())));
  app.get('/position', async (c) => {
    const after = c.req.query('after');
    const waiting = after === undefined ? undefined : { after: parseLsn(after), longestMs: WAIT_MS, signal: c.req.raw.signal };
    return c.json(jailPositionSchema.parse(await jail.position(waiting)));
  });
  app.post('/rows', async (c) => {
    const request = await readWireBody(c.req.raw, rowsRequestSchema, BODY_BYTES);
    const lines = await streamRows(jail.requireReady(), request, log);
    return new Response(Readable.toWeb(Readable.from(lines)) as ReadableStream, {
      headers: { 'content-type': 'application/x-ndjson' },
    });
  });
  app.post('/digest', async (c) => {
    const { tables } = await readWireBody(c.req.raw, digestRequestSchema, BODY_BYTES);
    return c.json(tableDigestsSchema.parse(await digestRows(jail.requireReady(), tables)));
  });
  addRepairRoutes(app, jail, directory);
  app.post('/verify', async (c) => {
    const request = await readWireBody(c.req.raw, verifyRequestSchema, BODY_BYTES);
    const { isWritable, ...database } = jail.requireReady();
    return c.json(verificationSchema.parse(await verifyCluster(database, request, { isWritable })));
  });
  app.post('/catch-up', async (c) => {
    await jail.catchUp(parseLsn((await readWireBody(c.req.raw, catchUpSchema)).lsn));
    return c.json({ ok: true });
  });
  app.post('/promote', async (c) => {
    const { timeline, lsn } = await readWireBody(c.req.raw, promoteRequestSchema);
    return c.json(promotedSchema.parse(await jail.promote({ timeline, lsn: parseLsn(lsn) })));
  });
  app.post('/image', async (c) => c.json(jailImageSchema.parse(await jail.makeImage())));
  app.get('/image', async () => {
    if ((await jail.health()).state !== 'imaged')
      throw new EstateError('compartment.wrong_state', 'reading the image: POST /image makes it first');
    const image = await jail.makeImage();
    const tar = createReadStream(join(directory, 'image.tar'), { highWaterMark: 1_048_576 });
    return new Response(Readable.toWeb(tar) as ReadableStream, {
      headers: { 'content-type': 'application/x-tar', 'content-length': String(image.bytes), 'x-sha256': image.sha256 },
    });
  });
}
