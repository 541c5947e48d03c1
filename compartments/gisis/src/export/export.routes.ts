import { Readable } from 'node:stream';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import type { CompartmentApp } from '@bulkhead/web';
import { readQuery } from '#list/query.rules.ts';
import type { Schema } from '#schema.ts';
import { moduleOf, visitOf } from '#site/answer.ts';
import type { Site } from '#site/site.rules.ts';
import { type Asked, findVersion, writeExport } from './export.actions.ts';
import type { Piece } from './export.rules.ts';
import { formatsOf } from './formats.rules.ts';
import { packWorkbook } from './pack-workbook.ts';
import { tellVersion } from './tell-version.ts';

/** GET /:module/export.csv, .xlsx, .jsonl and .geojson: all that the query of the address finds, without a limit. */
export function addExportRoutes(
  app: CompartmentApp,
  { site, database, now }: { readonly site: Site; readonly database: Database<Schema>; readonly now: Now },
): void {
  app.get('/:module/:file{export\\.[a-z]+}', async (c) => {
    const module = moduleOf(site, c.req.param('module'));
    const format = formatsOf(module).find(({ name }) => `export.${name}` === c.req.param('file'));
    if (!format) throw new EstateError('request.not_found', 'taking records along: there is no such format');
    const { viewer } = visitOf(c, site);
    const params = new URL(c.req.url).searchParams;
    const after = params.get('after_reference');
    params.delete('after');
    params.delete('before');
    const query = readQuery(module, params, viewer, { now: now() });
    const asked: Asked = { module, format, query, viewer, after };
    const version = await findVersion({ db: database.read }, asked, c.req.url, now());
    if (tellVersion(c, version)) return c.body(null, 304);
    c.header('content-type', format.contentType);
    c.header('content-disposition', `attachment; filename="${module.name}.${format.name}"`);
    const pieces = writeExport({ source: database, origin: site.origin }, asked);
    const body = format.name === 'xlsx' ? packWorkbook(pieces, now()) : Readable.from(textOf(pieces), { objectMode: false });
    return c.body(Readable.toWeb(body) as ReadableStream);
  });
}

async function* textOf(pieces: AsyncIterable<Piece>): AsyncGenerator<string | Buffer> {
  for await (const { text } of pieces) if (text.length > 0) yield text;
}
