import { Readable } from 'node:stream';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { CompartmentApp } from '@bulkhead/web';
import type { Kysely } from 'kysely';
import { readQuery } from '#list/query.rules.ts';
import type { Schema } from '#schema.ts';
import { moduleOf, visitOf } from '#site/answer.ts';
import type { Site } from '#site/site.rules.ts';
import { type Asked, findVersion, writeExport } from './export.actions.ts';
import { formatsOf, isKnown } from './export.rules.ts';

/** GET /:module/export.csv, .jsonl and .geojson: all that the query of the address finds, without a limit. */
export function addExportRoutes(
  app: CompartmentApp,
  { site, db, now }: { readonly site: Site; readonly db: Kysely<Schema>; readonly now: Now },
): void {
  app.get('/:module/:file{export\\.[a-z]+}', async (c) => {
    const module = moduleOf(site, c.req.param('module'));
    const format = formatsOf(module).find(({ name }) => `export.${name}` === c.req.param('file'));
    if (!format) throw new EstateError('request.not_found', 'taking records along: there is no such format');
    const { viewer } = visitOf(c, site);
    const params = new URL(c.req.url).searchParams;
    const place = params.get('after_reference');
    params.delete('after');
    params.delete('before');
    const query = readQuery(module, params, viewer, { now: now() });
    const asked: Asked = { module, format, query, viewer, after: place };
    const version = await findVersion({ db }, asked, c.req.url, now());
    c.header('cache-control', 'private, no-cache');
    if (version) {
      c.header('etag', version.tag);
      c.header('last-modified', version.changedAt.toUTCString());
      const known = { ifNoneMatch: c.req.header('if-none-match'), ifModifiedSince: c.req.header('if-modified-since') };
      if (isKnown(version, known)) return c.body(null, 304);
    }
    c.header('content-type', format.contentType);
    c.header('content-disposition', `attachment; filename="${module.name}.${format.name}"`);
    const body = Readable.from(writeExport({ db, origin: site.origin }, asked), { objectMode: false });
    return c.body(Readable.toWeb(body) as ReadableStream);
  });
}
