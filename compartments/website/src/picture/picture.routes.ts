import { Readable } from 'node:stream';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, IMAGE_TYPES, readUpload, requirePerson, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import { keepPicture, openPicture, type Storing, storePicture } from './picture.actions.ts';
import { PICTURE_LIMIT_BYTES } from './picture.rules.ts';

/** Pictures as the newsroom sees them; the public gets its own in the edition. */
export function addPictureFileRoute(
  app: CompartmentApp,
  deps: Storing & { readonly database: Database<Schema>; readonly now: Now },
): void {
  app.post('/pictures', async (c) => {
    const form = await readUpload(c, z.object({}), {
      files: {
        picture: {
          accept: IMAGE_TYPES,
          maxBytes: PICTURE_LIMIT_BYTES,
          isRequired: true,
          store: (content) => storePicture(deps, content),
        },
      },
    });
    const picture = form.files['picture'];
    if (!form.ok || !picture) return c.json({ code: 'input.invalid', faults: form.ok ? {} : form.faults }, 422);
    const { accountId } = requirePerson(c);
    await transactFor(c, deps.database)((trx) => keepPicture(trx, picture, { accountId, at: deps.now() }));
    const { sha256, width, height } = picture;
    return c.json({ sha256, width, height }, 201);
  });

  app.get('/pictures/:digest', async (c) => {
    // A preview names pictures as the public page does, with an ending.
    const [, sha256 = ''] = /^([0-9a-f]{64})(?:\.[a-z]{3,4})?$/.exec(c.req.param('digest')) ?? [];
    const isDigest = sha256 !== '';
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
