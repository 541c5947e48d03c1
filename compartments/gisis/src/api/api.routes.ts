import type { Now } from '@bulkhead/kernel';
import { answerProblem, type CompartmentApp } from '@bulkhead/web';
import type { Kysely } from 'kysely';
import { readList } from '#list/list.actions.ts';
import { offeredOrders, readQuery, writeQuery } from '#list/query.rules.ts';
import { writeJson } from '#record/form.rules.ts';
import { readRecord } from '#record/record.actions.ts';
import { shownFields } from '#record/record.rules.ts';
import type { Schema } from '#schema.ts';
import { moduleOf, visitOf } from '#site/answer.ts';
import type { Site } from '#site/site.rules.ts';
import { describeApi } from './openapi.rules.ts';

const VERSION = '1.0.0';

/** The registry for programs, with a personal API token or without: what its pages show, as JSON. */
export function addApiRoutes(
  app: CompartmentApp,
  { site, db, now }: { readonly site: Site; readonly db: Kysely<Schema>; readonly now: Now },
): void {
  const described = describeApi([...site.modules.values()], { title: site.title.en, origin: site.origin, version: VERSION });
  app.get('/api/openapi.json', (c) => c.json(described));

  app.get('/api/:module', async (c) => {
    const module = moduleOf(site, c.req.param('module'));
    const { viewer, language } = visitOf(c, site);
    const query = readQuery(module, new URL(c.req.url).searchParams, viewer, { now: now() });
    const [fault] = query.faults;
    if (fault)
      return answerProblem(c, { status: 400, code: 'input.invalid', detail: `${fault.name}: ${fault.sentence[language]}` });
    const found = await readList({ db }, module, query, viewer);
    const usual = offeredOrders(module, viewer)[0] ?? null;
    const linkTo = (way: 'after' | 'before', place: string | null) =>
      place === null ? null : `${site.origin}/api${writeQuery(module, query, usual, [[way, place]])}`;
    const next = linkTo('after', found.next);
    const previous = linkTo('before', found.previous);
    const links = [next === null ? [] : [`<${next}>; rel="next"`], previous === null ? [] : [`<${previous}>; rel="prev"`]].flat();
    if (links.length > 0) c.header('link', links.join(', '));
    const records = found.records.map((record) => writeJson(module, record, shownFields(module, record, viewer), site.origin));
    return c.json({ records, count: found.count, next, previous });
  });

  app.get('/api/:module/:reference', async (c) => {
    const module = moduleOf(site, c.req.param('module'));
    const { viewer } = visitOf(c, site);
    const record = await readRecord({ db, modules: site.modules }, module, c.req.param('reference'), viewer);
    return c.json(writeJson(module, record, shownFields(module, record, viewer), site.origin));
  });
}
