import { EstateError, hasCode, type Now } from '@bulkhead/kernel';
import { answerProblem, type CompartmentApp } from '@bulkhead/web';
import type { Kysely } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import { findVersion } from '#export/export.actions.ts';
import { tellVersion } from '#export/tell-version.ts';
import { readLatest } from '#list/list.actions.ts';
import { isNarrowed, readQuery, showingAllStates, writeQuery } from '#list/query.rules.ts';
import { writeJson } from '#record/form.rules.ts';
import { shownFields } from '#record/record.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { moduleOf, visitOf } from '#site/answer.ts';
import { recordPath, type Site } from '#site/site.rules.ts';
import { ATOM_ENTRIES, ATOM_TYPE, writeAtom } from './atom.rules.ts';
import type { Change } from './change.rules.ts';
import { readChanges } from './feed.actions.ts';
import { feedWords } from './feed.words.ts';
import { readSince, writePlace } from './place.rules.ts';

type Deps = { readonly site: Site; readonly db: Kysely<Schema>; readonly now: Now };

/** GET /:module/changes.json and /:module/changes.atom: what changed, of the whole module or of what a list's query finds. */
export function addFeedRoutes(app: CompartmentApp, { site, db, now }: Deps): void {
  app.get('/:module/changes.json', async (c) => {
    const module = moduleOf(site, c.req.param('module'));
    const { viewer, language } = visitOf(c, site);
    const params = new URL(c.req.url).searchParams;
    const query = readQuery(module, params, viewer, { now: now() });
    const [fault] = query.faults;
    const asked = params.get('since');
    const since = asked === null ? null : readSince(asked);
    if (fault || since === undefined) {
      const detail = fault ? `${fault.name}: ${fault.sentence[language]}` : `since: ${feedWords(language).sinceFault}`;
      return answerProblem(c, { status: 400, code: 'input.invalid', detail });
    }
    const wanted = isNarrowed(query) ? query : null;
    const read = await readChanges({ db, modules: site.modules }, module, { since, query: wanted, viewer }).catch(isBegunAnew);
    if (read === 'begun anew')
      return answerProblem(c, { status: 410, code: 'feed.begun_anew', detail: feedWords(language).begunAnew });
    const { changes, next, hasMore } = read;
    const address = `/${module.name}/changes.json${writeQuery(module, query, null, [['since', writePlace(next)]]).slice(module.name.length + 1)}`;
    const href = `${site.origin}${address}`;
    c.header('cache-control', 'private, no-cache');
    c.header('link', `<${href}>; rel="next"`);
    return c.json({ changes: changes.map((change) => writeChange(module, change, viewer, site.origin)), next: href, hasMore });
  });

  app.get('/:module/changes.atom', async (c) => {
    const module = moduleOf(site, c.req.param('module'));
    const { viewer, language } = visitOf(c, site);
    const query = readQuery(module, new URL(c.req.url).searchParams, viewer, { now: now() });
    if (query.faults.length > 0) throw new EstateError('input.invalid', 'reading a feed: its query cannot be read');
    if (tellVersion(c, await findVersion({ db }, { module, viewer }, `${c.req.url} ${language}`, now())))
      return c.body(null, 304);
    const asked = { viewer, after: null, limit: ATOM_ENTRIES };
    const records = await readLatest({ db }, module, showingAllStates(module, query), asked);
    const list = `${site.origin}${writeQuery(module, { ...query, order: null }, null)}`;
    const self = list.replace(`/${module.name}`, `/${module.name}/changes.atom`);
    const { origin, organisation } = site;
    const written = writeAtom({ module, viewer, language, origin, organisation, subject: query.text, self, list, records });
    c.header('content-language', language);
    return c.body(written, 200, { 'content-type': ATOM_TYPE });
  });
}

function isBegunAnew(error: unknown): 'begun anew' {
  if (hasCode(error, 'feed.begun_anew')) return 'begun anew';
  throw error;
}

function writeChange(module: Module, change: Change, viewer: Viewer, origin: string): Readonly<Record<string, unknown>> {
  if (change.kind === 'gone')
    return { kind: 'gone', reference: change.reference, url: `${origin}${recordPath(module, change.reference)}` };
  const { record } = change;
  const { reference, revision, changedAt } = record;
  const told = { reference, url: `${origin}${recordPath(module, reference)}`, revision, changedAt: changedAt.toISOString() };
  if (change.kind === 'left') return { kind: 'left', ...told };
  return {
    kind: 'changed',
    ...told,
    act: change.act,
    record: writeJson(module, record, shownFields(module, record, viewer), origin),
  };
}
