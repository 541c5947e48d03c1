import { EstateError, type Now, sha256Hex } from '@bulkhead/kernel';
import type { CompartmentApp, CompartmentContext } from '@bulkhead/web';
import type { Kysely } from 'kysely';
import type { Series } from '#colour/colour.rules.ts';
import type { Module } from '#declaration/module.rules.ts';
import { findVersion } from '#export/export.actions.ts';
import { isKnown } from '#export/version.rules.ts';
import { Kept } from '#kept/kept.rules.ts';
import { readQuery } from '#list/query.rules.ts';
import { writeSearch } from '#list/way.rules.ts';
import type { Schema } from '#schema.ts';
import { answerPage, moduleOf, visitOf } from '#site/answer.ts';
import type { Site, Visit } from '#site/site.rules.ts';
import { siteWords } from '#site/site.words.ts';
import { answerMapAsset, loadMapAssets } from './asset.actions.ts';
import { MAP_POLICY } from './asset.rules.ts';
import { PICTURE_RULES, pictureOf } from './drawing.views.ts';
import { type AskedMap, type FoundMap, readKeptMap, readPoints } from './map.actions.ts';
import { drawingOf, mapPage, mapSeries } from './map.views.ts';
import { type Area, mappedFor } from './mapped.rules.ts';
import { areaShape, cellPoint, placedPoint } from './point.rules.ts';
import { boxOf, type Frame, LARGE, lookAt, SMALL } from './view.rules.ts';

type Deps = { readonly site: Site; readonly db: Kysely<Schema>; readonly now: Now };
/** A picture runs nothing and loads nothing; its colours stand in one style, told by its hash. */
const PICTURE_POLICY = `default-src 'none'; style-src 'sha256-${Buffer.from(sha256Hex(Buffer.from(PICTURE_RULES)), 'hex').toString('base64')}'; frame-ancestors 'none'; base-uri 'none'`;

/** GET /:module/map, its picture, and its points for the map in the browser. */
export function addMapRoutes(app: CompartmentApp, { site, db, now }: Deps): void {
  const kept = new Kept<FoundMap>({ isNothing: ({ total }) => total === 0 });
  app.get('/:module/map', async (c) => {
    const { visit, asked, place } = await ask(c, { site, db, now }, LARGE);
    const found = await readKeptMap({ db, kept, now: now() }, asked, place);
    c.header('content-security-policy', MAP_POLICY);
    return answerPage(c, mapPage(visit, { ...asked, found }, loadMapAssets()));
  });

  app.get('/:module/map.svg', async (c) => {
    const { visit, asked, place, isFresh } = await ask(c, { site, db, now }, SMALL);
    c.header('content-security-policy', PICTURE_POLICY);
    if (isFresh) return c.body(null, 304);
    const found = await readKeptMap({ db, kept, now: now() }, asked, place);
    c.header('content-type', 'image/svg+xml; charset=utf-8');
    return c.body(pictureOf(visit, drawingOf(visit, { ...asked, found }, false), siteWords(visit.language).seeMap).toString());
  });

  app.get('/:module/map.json', async (c) => {
    const { visit, asked, place, isFresh } = await ask(c, { site, db, now }, LARGE);
    if (isFresh) return c.body(null, 304);
    return c.json(describePoints(visit, asked, await readPoints({ db, kept, now: now() }, asked, place)));
  });

  app.get('/assets/:file', async (c, next) => {
    const asset = /\.(?:js|json)$/.test(c.req.param('file'))
      ? answerMapAsset(loadMapAssets(), c.req.param('file'), c.req.header('accept-encoding'))
      : null;
    return asset ?? next();
  });
}

/** What is asked for, by whom, and whether they have it already. */
async function ask(c: CompartmentContext, { site, db, now }: Deps, frame: Frame) {
  const module = moduleOf(site, c.req.param('module') ?? '');
  const visit = visitOf(c, site);
  const mapped = mappedFor(module, visit.viewer);
  if (mapped === null) throw new EstateError('request.not_found', 'drawing a map: the module has none for this viewer');
  const query = readQuery(module, new URL(c.req.url).searchParams, visit.viewer, { now: now() });
  const asked: AskedMap = { module, mapped, query, viewer: visit.viewer, view: lookAt(boxOf(query, mapped.position), frame) };
  const version = await findVersion({ db }, asked, `${c.req.url} ${visit.language}`, now());
  c.header('cache-control', 'private, no-cache');
  if (version) c.header('etag', version.tag);
  const isFresh = version !== undefined && isKnown(version, { ifNoneMatch: c.req.header('if-none-match') });
  const place = { address: writeSearch(module, query), version: version?.changedAt.toISOString() ?? null };
  return { visit, asked, place, isFresh };
}

function describePoints(visit: Visit, { module, mapped }: AskedMap, read: Awaited<ReturnType<typeof readPoints>>) {
  if ('found' in read) {
    const { cells, counts, total } = read.found;
    const series = mapSeries(module, mapped, counts, visit.language);
    return {
      type: 'FeatureCollection',
      total,
      isGathered: true,
      features: cells.map((cell) => cellPoint(module, series, read.found, cell, visit.language)),
      areas: shapesOf(module, series, read.found.areas),
    };
  }
  const counts = new Map<string | null, number>();
  for (const { code } of read.placed) counts.set(code, (counts.get(code) ?? 0) + 1);
  const series = mapSeries(module, mapped, counts, visit.language);
  const features = read.placed.map((one) => placedPoint(module, series, one, visit.language));
  const areas = shapesOf(module, series, read.areas);
  return { type: 'FeatureCollection', total: features.length, isGathered: false, features, areas };
}

function shapesOf(module: Module, series: readonly Series[], areas: readonly Area[]) {
  return { type: 'FeatureCollection', features: areas.map((area) => areaShape(module, series, area)) };
}
