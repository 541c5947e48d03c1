import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { answerProblem, type CompartmentApp, type CompartmentContext, readForm, requirePerson, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import { findVersion } from '#export/export.actions.ts';
import { tellVersion } from '#export/tell-version.ts';
import { ATOM_ENTRIES, ATOM_TYPE, writeAtom } from '#feed/atom.rules.ts';
import { readLatest } from '#list/list.actions.ts';
import { type Query, showingAllStates, writeQuery } from '#list/query.rules.ts';
import type { Schema } from '#schema.ts';
import { PUBLIC, type Viewer } from '#sight/viewer.rules.ts';
import { answerPage, moduleOf, visitOf } from '#site/answer.ts';
import { linkTo, type Site } from '#site/site.rules.ts';
import {
  countOwnSearches,
  dropSearch,
  findAddressed,
  giveAddress,
  noteLooked,
  openSearch,
  readOwn,
  saveSearch,
  takeAddress,
  type WriteDeps,
} from './search.actions.ts';
import { LONGEST_QUERY, readKept, readName, type SavedSearch } from './search.rules.ts';
import { newSearchPage, searchesPage, searchPage } from './search.views.ts';
import { searchWords } from './search.words.ts';

type Deps = {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly now: Now;
  readonly newId: () => string;
  readonly newSecret: () => string;
};

const NOTHING = z.object({});
const newSchema = z.object({
  name: z.string().max(400).default(''),
  module: z.string().max(60),
  query: z.string().max(LONGEST_QUERY),
});

/** Searches that people keep: what is new in them, and a private feed of each. */
export function addSearchRoutes(app: CompartmentApp, deps: Deps): void {
  addOwnSearches(app, deps);
  addOneSearch(app, deps);
  addFeeds(app, deps);
}

function addOwnSearches(app: CompartmentApp, deps: Deps): void {
  const { site, database, now } = deps;
  const reading = { db: database.read, modules: site.modules, now };
  app.get('/searches', async (c) => {
    const visit = visitOf(c, site);
    return answerPage(c, searchesPage(visit, await countOwnSearches(reading, visit.viewer)));
  });
  app.get('/searches/new', (c) => {
    const asked = readNew(c, deps, { module: c.req.query('module') ?? '', query: c.req.query('query') ?? '' });
    return answerPage(c, newSearchPage(visitOf(c, site), { ...asked, name: '', fault: null }));
  });
  app.post('/searches', async (c) => {
    const { accountId } = requirePerson(c);
    requireOpen(site);
    const form = readForm(c, newSchema);
    if (!form.ok) throw new EstateError('input.invalid', 'saving a search: the form cannot be read');
    const { module, query } = readNew(c, deps, form.value);
    const visit = visitOf(c, site);
    const name = readName(form.value.name);
    const refuse = (fault: 'nameFault' | 'tooMany') =>
      answerPage(c, newSearchPage(visit, { module, query, name: form.value.name, fault }), 422);
    if (name === null) return refuse('nameFault');
    const id = deps.newId();
    const isKept = await saveSearch(writing(c, deps), { id, accountId, name, module: module.name, query });
    return isKept ? c.redirect(linkTo(visit, `/searches/${id}`), 303) : refuse('tooMany');
  });
}

/** @throws EstateError `input.invalid` for a query that this person cannot ask */
function readNew(c: CompartmentContext, { site, now }: Deps, asked: { readonly module: string; readonly query: string }) {
  const module = moduleOf(site, asked.module);
  const { viewer } = visitOf(c, site);
  if (readKept(module, asked.query, viewer, { now: now() }) === null)
    throw new EstateError('input.invalid', 'saving a search: its query is none of this list');
  return { module, query: asked.query };
}

function addOneSearch(app: CompartmentApp, deps: Deps): void {
  const { site, database, now, newSecret } = deps;
  const reading = { db: database.read, modules: site.modules, now };
  const show = async (c: CompartmentContext, address: string | null) => {
    const visit = visitOf(c, site);
    const at = now();
    const opened = await openSearch(reading, c.req.param('id') ?? '', visit.viewer);
    return answerPage(c, searchPage(visit, { opened, address, at }));
  };
  const act = (path: string, run: (c: CompartmentContext, acting: WriteDeps, id: string) => Promise<string>) =>
    app.post(`/searches/:id${path}`, async (c) => {
      requirePerson(c);
      requireOpen(site);
      const leadsTo = await run(c, writing(c, deps), c.req.param('id') ?? '');
      return c.redirect(linkTo(visitOf(c, site), leadsTo), 303);
    });
  app.get('/searches/:id', (c) => show(c, null));
  act('/seen', async (c, acting, id) => {
    const form = readForm(c, z.object({ at: z.iso.datetime() }));
    if (!form.ok) throw new EstateError('input.invalid', 'noting what was seen: the form cannot be read');
    await noteLooked(acting, id, visitOf(c, site).viewer, new Date(form.value.at));
    return `/searches/${id}`;
  });
  act('/address/end', async (c, acting, id) => {
    readForm(c, NOTHING);
    await takeAddress(acting, id, visitOf(c, site).viewer);
    return `/searches/${id}`;
  });
  act('/delete', async (c, acting, id) => {
    readForm(c, NOTHING);
    await dropSearch(acting, id, visitOf(c, site).viewer);
    return '/searches';
  });
  app.post('/searches/:id/address', async (c) => {
    requirePerson(c);
    requireOpen(site);
    readForm(c, NOTHING);
    const secret = newSecret();
    await giveAddress(writing(c, deps), c.req.param('id'), visitOf(c, site).viewer, secret);
    return show(c, `${site.origin}/searches/${secret}/changes.atom`);
  });
}

type Fed = {
  readonly search: SavedSearch;
  readonly module: Module;
  readonly query: Query;
  readonly viewer: Viewer;
  readonly path: string;
};

/** Whoever holds the private address reads what the public sees of the search; whoever presents a token, what its holder sees now. */
function addFeeds(app: CompartmentApp, deps: Deps): void {
  const { site, database, now } = deps;
  const reading = { db: database.read, modules: site.modules, now };
  app.get('/searches/:secret/changes.atom', async (c) => {
    const secret = c.req.param('secret');
    const addressed = await findAddressed(reading, secret);
    return answerFeed(c, deps, { ...addressed, viewer: PUBLIC, path: `/searches/${secret}/changes.atom` });
  });
  app.get('/searches/:id/own.atom', async (c) => {
    requirePerson(c);
    const { viewer } = visitOf(c, site);
    const { search, module, query } = await readOwn(reading, c.req.param('id'), viewer);
    if (query === null)
      return answerProblem(c, { status: 403, code: 'request.forbidden', detail: searchWords(c.var.language).cannotAsk });
    return answerFeed(c, deps, { search, module, query, viewer, path: `/searches/${search.id}/own.atom` });
  });
}

async function answerFeed(c: CompartmentContext, { site, database, now }: Deps, fed: Fed): Promise<Response> {
  const { search, module, query, viewer, path } = fed;
  const db = database.read;
  const { language } = c.var;
  if (tellVersion(c, await findVersion({ db }, { module, viewer }, `${c.req.url} ${language}`, now()))) return c.body(null, 304);
  const records = await readLatest({ db }, module, showingAllStates(module, query), { viewer, after: null, limit: ATOM_ENTRIES });
  const { origin, organisation } = site;
  const [self, list] = [`${origin}${path}`, `${origin}${writeQuery(module, query, null)}`];
  const feed = { module, viewer, language, origin, organisation, subject: search.name, self, list, records };
  c.header('content-language', language);
  return c.body(writeAtom(feed), 200, { 'content-type': ATOM_TYPE });
}

function writing(c: CompartmentContext, { site, database, now }: Deps): WriteDeps {
  return { db: database.read, modules: site.modules, now, transact: transactFor(c, database) };
}

function requireOpen(site: Site): void {
  if (site.isReadOnly) throw new EstateError('compartment.read_only', 'keeping a search');
}
