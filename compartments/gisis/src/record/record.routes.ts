import { Readable } from 'node:stream';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, requirePerson, transactFor } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import { openRecordFile } from '#file/file.actions.ts';
import { downloadHeaders } from '#file/file.rules.ts';
import type { Schema } from '#schema.ts';
import { mayAct, mayChange, mayFile, statesToFileFor } from '#sight/sight.rules.ts';
import { answerPage, moduleOf, visitOf } from '#site/answer.ts';
import { linkTo, recordPath, type Site, type Visit } from '#site/site.rules.ts';
import { actsFor, workflowOf } from '#workflow/workflow.rules.ts';
import { readBeside } from './beside.actions.ts';
import { actPage, changePage, newRecordPage } from './edit.views.ts';
import { emptyForm, fillForm, mergeForm, type ShownForm, writeJson } from './form.rules.ts';
import type { Outcome } from './outcome.rules.ts';
import { actOnRecord, changeRecord, fileRecord, readHistory, readRecord, writableFields } from './record.actions.ts';
import { type Registered, shownFields } from './record.rules.ts';
import { historyPage, recordPage } from './record.views.ts';
import { type Keeping, readSent, type SentForm } from './sent.routes.ts';

export type RecordDeps = Keeping & { readonly site: Site; readonly database: Database<Schema>; readonly now: Now };

/** The pages of one record: as it stands, its history, and the forms that file it, change it and move it on. */
export function addRecordRoutes(app: CompartmentApp, deps: RecordDeps): void {
  addReading(app, deps);
  addFiling(app, deps);
  addChanging(app, deps);
  addActing(app, deps);
}

function addReading(app: CompartmentApp, { site, database, blobs }: RecordDeps): void {
  const db = database.read;
  const find = async (c: CompartmentContext) => {
    const module = moduleOf(site, c.req.param('module') ?? '');
    const visit = visitOf(c, site);
    const record = await readRecord({ db, modules: site.modules }, module, c.req.param('reference') ?? '', visit.viewer);
    return { module, visit, record };
  };
  app.get('/:module/:reference/record.json', async (c) => {
    const { module, visit, record } = await find(c);
    return c.json(writeJson(module, record, shownFields(module, record, visit.viewer), site.origin));
  });
  app.get('/:module/:reference/files/:field', async (c) => {
    const { module, visit, record } = await find(c);
    const field = c.req.param('field');
    const isSeen = shownFields(module, record, visit.viewer).includes(field);
    const { file, stream } = await openRecordFile(blobs, isSeen ? record.values[field] : null);
    return c.body(Readable.toWeb(stream) as ReadableStream, 200, downloadHeaders(file));
  });
  app.get('/:module/:reference/history', async (c) => {
    const { module, visit, record } = await find(c);
    const history = await readHistory({ db, modules: site.modules }, module, record, visit.viewer);
    return answerPage(c, historyPage(visit, { module, record, history }));
  });
  app.get('/:module/:reference', async (c) => {
    if (c.req.param('reference') === 'new') return showNew(c, site);
    const { module, visit, record } = await find(c);
    const { viewer } = visit;
    const beside = await readBeside({ db, modules: site.modules }, module, record, visit);
    return answerPage(
      c,
      recordPage(visit, {
        module,
        record,
        fields: shownFields(module, record, viewer),
        acts: actsFor(module, record, viewer),
        mayChange: mayChange(module, record, viewer),
        isSaved: c.req.query('done') === 'saved',
        ...beside,
      }),
    );
  });
}

function showNew(c: CompartmentContext, site: Site): Response {
  const module = moduleOf(site, c.req.param('module') ?? '');
  const visit = visitOf(c, site);
  requireFiling(module, visit);
  return answerPage(c, newRecordPage(visit, newForm(module, visit, new URL(c.req.url).searchParams)));
}

function requireFiling(module: Module, { viewer }: Visit): void {
  if (!mayFile(module, viewer))
    throw new EstateError('request.forbidden', `filing in ${module.name}: the person files nothing here`);
}

/** A new record's form, with what the address fills in, and the State of whoever files it. */
function newForm(module: Module, { viewer }: Visit, params: URLSearchParams): ShownForm {
  const fields = writableFields(module, null, viewer);
  const [state, ...others] = viewer.state === null ? statesToFileFor(module, viewer) : [viewer.state];
  const own = module.owner === 'secretariat' || state === undefined || others.length > 0 ? {} : { [module.owner.stateIn]: state };
  const given = Object.fromEntries(
    fields.filter((name) => params.has(name)).map((name) => [name, params.getAll(name).slice(0, 50)]),
  );
  return { ...emptyForm(module, fields), typed: { ...own, ...given } };
}

function addFiling(app: CompartmentApp, deps: RecordDeps): void {
  app.post('/:module/new', async (c) => {
    const module = moduleOf(deps.site, c.req.param('module'));
    const visit = visitOf(c, deps.site);
    requirePerson(c);
    requireFiling(module, visit);
    requireOpen(deps.site);
    const fields = writableFields(module, null, visit.viewer);
    const sent = await readSent(c, module, fields, { ...deps, standing: {} });
    const form = { ...emptyForm(module, fields), ...shownAgain(sent) };
    if (sent.fileFaults.length > 0) return answerPage(c, newRecordPage(visit, { ...form, faults: sent.fileFaults }), 422);
    const outcome = await fileRecord(actingDeps(c, deps), module, { ...sent, isSample: deps.site.isSample }, visit.viewer);
    return answerOutcome(c, visit, module, outcome, (shown, status) =>
      answerPage(c, newRecordPage(visit, { ...form, ...shown }), status),
    );
  });
}

function addChanging(app: CompartmentApp, deps: RecordDeps): void {
  const { site, database } = deps;
  const path = '/:module/:reference/change';
  const find = async (c: CompartmentContext) => {
    const module = moduleOf(site, c.req.param('module') ?? '');
    const visit = visitOf(c, site);
    const record = await readRecord(
      { db: database.read, modules: site.modules },
      module,
      c.req.param('reference') ?? '',
      visit.viewer,
    );
    if (!mayChange(module, record, visit.viewer))
      throw new EstateError('request.forbidden', `changing a record of ${module.name}`);
    return { module, visit, record, fields: writableFields(module, record, visit.viewer) };
  };
  app.get(path, async (c) => {
    const { module, visit, record, fields } = await find(c);
    return answerPage(c, changePage(visit, { form: fillForm(module, fields, record), record, conflicts: [] }));
  });
  app.post(path, async (c) => {
    requirePerson(c);
    const { module, visit, record, fields } = await find(c);
    requireOpen(site);
    const sent = await readSent(c, module, fields, { ...deps, standing: record.values });
    const form: ShownForm = { ...fillForm(module, fields, record), ...shownAgain(sent), revision: sent.revision };
    const early = [...sent.fileFaults, ...(sent.source === null ? [sent.noSource] : [])];
    if (early.length > 0)
      return answerPage(c, changePage(visit, { form: { ...form, faults: early }, record, conflicts: [] }), 422);
    const outcome = await changeRecord(
      actingDeps(c, deps),
      module,
      { reference: record.reference, revision: sent.revision },
      sent,
      visit.viewer,
    );
    if (outcome.kind === 'overtaken') {
      const merged = mergeForm(module, form, outcome);
      return answerPage(c, changePage(visit, { form: merged, record: outcome.record, conflicts: outcome.conflicts }), 409);
    }
    return answerOutcome(c, visit, module, outcome, (shown, status) =>
      answerPage(c, changePage(visit, { form: { ...form, ...shown }, record, conflicts: [] }), status),
    );
  });
}

function addActing(app: CompartmentApp, deps: RecordDeps): void {
  const { site, database } = deps;
  const path = '/:module/:reference/acts/:act';
  const find = async (c: CompartmentContext) => {
    const module = moduleOf(site, c.req.param('module') ?? '');
    const visit = visitOf(c, site);
    const name = c.req.param('act') ?? '';
    const act = workflowOf(module).acts[name];
    const record = await readRecord(
      { db: database.read, modules: site.modules },
      module,
      c.req.param('reference') ?? '',
      visit.viewer,
    );
    if (act === undefined) throw new EstateError('request.not_found', `acting in ${module.name}: there is no such act`);
    if (!mayAct(module, act, record, visit.viewer))
      throw new EstateError('request.forbidden', `acting in ${module.name}: not from this state, or not by this person`);
    const form: ShownForm = { ...fillForm(module, act.needs ?? [], record), needs: act.needs ?? [] };
    return { module, visit, name, record, form };
  };
  app.get(path, async (c) => {
    const { visit, name, record, form } = await find(c);
    return answerPage(c, actPage(visit, { form, record, act: name, isOvertaken: false }));
  });
  app.post(path, async (c) => {
    requirePerson(c);
    const { module, visit, name, record, form } = await find(c);
    requireOpen(site);
    const sent = await readSent(c, module, form.fields, { ...deps, standing: record.values });
    const typed: ShownForm = { ...form, ...shownAgain(sent), revision: sent.revision };
    const show = (shown: Partial<ShownForm>, status: 409 | 422, now: Registered = record) =>
      answerPage(
        c,
        actPage(visit, { form: { ...typed, ...shown }, record: now, act: name, isOvertaken: status === 409 }),
        status,
      );
    const early = [...sent.fileFaults, ...(sent.source === null ? [sent.noSource] : [])];
    if (early.length > 0) return show({ faults: early }, 422);
    const outcome = await actOnRecord(
      actingDeps(c, deps),
      module,
      { reference: record.reference, revision: sent.revision, act: name },
      sent,
      visit.viewer,
    );
    if (outcome.kind === 'overtaken') return show({ revision: outcome.record.revision }, 409, outcome.record);
    return answerOutcome(c, visit, module, outcome, (shown) => show(shown, 422));
  });
}

/** What a form shows again of what was sent. */
function shownAgain({ typed, source, kept }: SentForm): Pick<ShownForm, 'typed' | 'source' | 'kept'> {
  return { typed, source: source ?? '', kept };
}

function answerOutcome(
  c: CompartmentContext,
  visit: Visit,
  module: Module,
  outcome: Outcome,
  show: (shown: Partial<ShownForm>, status: 422) => Response,
): Response {
  if (outcome.kind === 'done') return c.redirect(linkTo(visit, `${recordPath(module, outcome.reference)}?done=saved`), 303);
  if (outcome.kind === 'faults') return show({ faults: outcome.faults }, 422);
  if (outcome.kind === 'asked') return show({ asked: { faults: outcome.asked, alike: outcome.alike } }, 422);
  throw new EstateError('request.not_found', 'answering a form: the record is gone');
}

function actingDeps(c: CompartmentContext, { site, database, now }: RecordDeps) {
  return { db: database.read, modules: site.modules, transact: transactFor(c, database), now };
}

function requireOpen(site: Site): void {
  if (site.isReadOnly) throw new EstateError('compartment.read_only', 'writing a record');
}
