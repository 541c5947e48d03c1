import { Readable } from 'node:stream';
import { imageSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { WireApp } from '@bulkhead/wire';
import { listImageBlobs, openImage } from './recovery.actions.ts';
import type { RecoveryDeps } from './recovery-step.actions.ts';

type Deps = Pick<RecoveryDeps, 'recoveries' | 'reachJail'>;

/** Restored copies, for headquarters to lay down. */
export function addImageRoutes(app: WireApp, deps: Deps): void {
  app.get('/images/:id', async (c) => {
    const image = await openImage(deps, parseId(c.req.param('id')));
    const length = image.headers['content-length'];
    return c.body(Readable.toWeb(image.body) as ReadableStream, 200, {
      'content-type': 'application/x-tar',
      ...(length === undefined ? {} : { 'content-length': length }),
    });
  });

  app.get('/images/:id/blobs', async (c) => {
    const id = parseId(c.req.param('id'));
    await deps.recoveries.getRecovery(id);
    const lines = Readable.from(listImageBlobs(deps, id), { objectMode: false });
    return c.body(Readable.toWeb(lines) as ReadableStream, 200, { 'content-type': 'text/plain; charset=utf-8' });
  });
}

function parseId(given: string): string {
  const id = imageSchema.shape.id.safeParse(given);
  if (id.success) return id.data;
  throw new EstateError('input.invalid', 'reading an image: its id has lower-case letters, digits and hyphens');
}
