import { Readable } from 'node:stream';
import type { BlobStore } from '@bulkhead/blobs';
import { EstateError } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import type { CompartmentApp } from '@bulkhead/web';
import type { Schema } from '#schema.ts';
import { openPicture } from './picture.actions.ts';

/** Pictures as the newsroom sees them; the public gets its own in the edition. */
export function addPictureFileRoute(
  app: CompartmentApp,
  deps: { readonly blobs: BlobStore; readonly database: Database<Schema> },
): void {
  app.get('/pictures/:digest', async (c) => {
    const sha256 = c.req.param('digest');
    const isDigest = /^[0-9a-f]{64}$/.test(sha256);
    const picture = isDigest ? await openPicture({ blobs: deps.blobs, db: deps.database.read }, sha256) : null;
    if (!picture) throw new EstateError('request.not_found', 'finding a picture: there is none of this digest');
    const headers = {
      'content-type': picture.mediaType,
      'content-length': String(picture.bytes),
      'cache-control': 'private, max-age=3600, immutable',
    };
    return new Response(Readable.toWeb(picture.stream) as ReadableStream, { headers });
  });
}
