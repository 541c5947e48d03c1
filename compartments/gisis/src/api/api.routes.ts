import type { Now } from '@bulkhead/kernel';
import { answerProblem, type CompartmentApp, type CompartmentContext } from '@bulkhead/web';
import type { Kysely } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import { findVersion } from '#export/export.actions.ts';
import { tellVersion } from '#export/tell-version.ts';
import { isKnown } from '#export/version.rules.ts';
import { readList } from '#list/list.actions.ts';
import { offeredOrders, readQuery, writeQuery } from '#list/query.rules.ts';
import { writeJson } from '#record/form.rules.ts';
import { readRecord } from '#record/record.actions.ts';
import { shownFields } from '#record/record.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { moduleOf, visitOf } from '#site/answer.ts';
import type { Site } from '#site/site.rules.ts';
import { describeApi } from './openapi.rules.ts';
import { etagOf, writeRecord } from './representation.rules.ts';

const VERSION = '1.1.0';
type Deps = { readonly site: Site; readonly db: Kysely<Schema>; readonly now: Now };

/** The registry for programs, with a personal API token or without: what its pages show, as JSON. */
export function addApiRoutes(app: CompartmentApp, deps: Deps): void {
  const { site, db, now } = deps;
  const described = describeApi([...site.modules.values()], { title: site.title.en, origin: site.origin, version: VERSION });
  app.get('/api/openapi.json', (c) => c.json(described));

  app.get('/api/:module', async (c) => {
    const module = moduleOf(site, c.req.param('module'));
    const { viewer, language } = visitOf(c, site);
    const query = readQuery(module, new URL(c.req.url).searchParams, viewer, { now: now() });
    const [fault] = query.faults;
    if (fault)
      return answerProblem(c, { status: 400, code: 'input.invalid', detail: `${fault.name}: ${fault.sentence[language]}` });
    const version = await findVersion({ db }, { module, viewer }, c.req.url, now());
    if (tellVersion(c, version)) return c.body(null, 304);
    return answerList(c, deps, module, viewer, query);
  });

  app.get('/api/:module/:reference', async (c) => {
    const module = moduleOf(site, c.req.param('module'));
    const { viewer } = visitOf(c, site);
    const record = await readRecord({ db, modules: site.modules }, module, c.req.param('reference'), viewer);
    const body = writeRecord(module, record, viewer, site.origin);
    const etag = etagOf(record, body);
    c.header('cache-control', 'private, no-cache');
    c.header('etag', etag);
    // No Last-Modified: a record is shown otherwise to another caller, and a release opens fields at the moment of a change.
    if (isKnown({ tag: etag }, { ifNoneMatch: c.req.header('if-none-match') })) return c.body(null, 304);
    return c.body(body, 200, { 'content-type': 'application/json; charset=utf-8' });
  });
}

async function answerList(
  c: CompartmentContext,
  { site, db }: Deps,
  module: Module,
  viewer: Viewer,
  query: ReturnType<typeof readQuery>,
): Promise<Response> {
  const found = await readList({ db }, module, query, viewer);
  const usual = offeredOrders(module, viewer)[0] ?? null;
  const linkTo = (more: readonly (readonly [string, string])[]) => `${site.origin}/api${writeQuery(module, query, usual, more)}`;
  const first = linkTo([]);
  const next = found.next === null ? null : linkTo([['after', found.next]]);
  const previous = found.previous === null ? null : linkTo([['before', found.previous]]);
  const links = { first, next, prev: previous };
  const told = Object.entries(links).flatMap(([way, href]) => (href === null ? [] : [`<${href}>; rel="${way}"`]));
  c.header('link', told.join(', '));
  const records = found.records.map((record) => writeJson(module, record, shownFields(module, record, viewer), site.origin));
  return c.json({ records, count: found.count, first, next, previous });
}
