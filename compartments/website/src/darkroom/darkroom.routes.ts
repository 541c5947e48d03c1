import { EstateError, type Log } from '@bulkhead/kernel';
import { createWireApp, type WireApp } from '@bulkhead/wire';
import { develop } from './develop.actions.ts';
import { UPLOAD_LIMIT_BYTES } from './developed.rules.ts';

const WAITING = 8;

export type DarkroomDeps = {
  readonly secret: string;
  readonly log: Log;
  /** Called when a picture takes longer than any may: the process is ended, and started again by who watches over it. */
  readonly stuck: () => void;
  readonly stuckMs?: number;
};

/** `POST /develop`: bytes in, bytes out, one picture at a time. */
export function createDarkroom({ secret, log, stuck, stuckMs = 60_000 }: DarkroomDeps): WireApp {
  const app = createWireApp({ secrets: { website: secret }, log });
  let working: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  app.get('/health', (c) => c.json({ ok: true }));

  app.post('/develop', async (c) => {
    if (waiting >= WAITING) throw new EstateError('request.too_many', `developing a picture: ${WAITING} wait already`);
    const bytes = await readBytes(c.req.raw);
    waiting += 1;
    const developed = working.then(async () => {
      const patience = setTimeout(stuck, stuckMs);
      try {
        return await develop(bytes);
      } finally {
        clearTimeout(patience);
      }
    });
    working = developed.catch(() => undefined);
    try {
      return c.json(await developed);
    } catch (error) {
      if (!(error instanceof EstateError)) throw error;
      return c.json({ code: error.code, message: error.message }, 422);
    } finally {
      waiting -= 1;
    }
  });
  return app;
}

async function readBytes(request: Request): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > UPLOAD_LIMIT_BYTES)
      throw new EstateError('input.too_large', `developing a picture: over ${UPLOAD_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
