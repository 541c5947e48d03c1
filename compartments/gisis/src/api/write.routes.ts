import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { answerProblem, type CompartmentApp, type CompartmentContext, readJson, requirePerson, transactFor } from '@bulkhead/web';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import { fillForm, writeJson } from '#record/form.rules.ts';
import type { Outcome } from '#record/outcome.rules.ts';
import { type ActDeps, actOnRecord, changeRecord, fileRecord, readRecord, writableFields } from '#record/record.actions.ts';
import { shownFields } from '#record/record.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { moduleOf, visitOf } from '#site/answer.ts';
import { recordPath, type Site } from '#site/site.rules.ts';
import { workflowOf } from '#workflow/workflow.rules.ts';
import { API_SENTENCES } from './api.words.ts';
import { type Answered, answerOnce } from './once.actions.ts';
import { readOnce } from './once.rules.ts';
import { etagOf, writeRecord } from './representation.rules.ts';
import { type Body, readBody, readRevision, tellFaults, typeBody, type WrittenFault } from './written.rules.ts';

export type WriteDeps = { readonly site: Site; readonly database: Database<Schema>; readonly now: Now };
type Writing = { readonly module: Module; readonly viewer: Viewer; readonly body: Body };

/** Writing for programs: the same actions as the forms, with a personal API token that may write. */
export function addApiWrites(app: CompartmentApp, deps: WriteDeps): void {
  app.post('/api/:module', (c) => answerWrite(c, deps, 201, (acting, asked) => file(acting, deps, asked)));
  app.patch('/api/:module/:reference', (c) => {
    const place = placeOf(c);
    return answerWrite(c, deps, 200, (acting, asked) => change(acting, asked, place));
  });
  app.post('/api/:module/:reference/acts/:act', (c) => {
    const place = { ...placeOf(c), act: c.req.param('act') };
    return answerWrite(c, deps, 200, (acting, asked) => act(acting, asked, place));
  });
}

async function file(acting: ActDeps, { site }: WriteDeps, { module, viewer, body }: Writing): Promise<Outcome> {
  const fields = writableFields(module, null, viewer);
  const standing = module.owner === 'secretariat' || viewer.state === null ? {} : { [module.owner.stateIn]: viewer.state };
  const { sent, faults } = typeBody(module, body, { fields, standing, given: { now: acting.now() }, isChange: false });
  if (faults.length > 0) return { kind: 'faults', faults };
  return fileRecord(acting, module, { ...sent, isSample: site.isSample }, viewer);
}

type Place = { readonly reference: string; readonly revision: number };

async function change(acting: ActDeps, { module, viewer, body }: Writing, place: Place): Promise<Outcome> {
  const record = await readRecord(acting, module, place.reference, viewer);
  const fields = writableFields(module, record, viewer);
  const { typed: standing } = fillForm(module, fields, record);
  const { sent, faults } = typeBody(module, body, { fields, standing, given: { now: acting.now() }, isChange: true });
  if (faults.length > 0) return { kind: 'faults', faults };
  return changeRecord(acting, module, place, sent, viewer);
}

async function act(
  acting: ActDeps,
  { module, viewer, body }: Writing,
  place: Place & { readonly act: string },
): Promise<Outcome> {
  const record = await readRecord(acting, module, place.reference, viewer);
  // The state that somebody saw comes before the question whether the act is done from the one that is.
  if (record.revision !== place.revision) return { kind: 'overtaken', record, conflicts: [] };
  const fields = workflowOf(module).acts[place.act]?.needs ?? [];
  const { typed: standing } = fillForm(module, fields, record);
  const { sent, faults } = typeBody(module, body, { fields, standing, given: { now: acting.now() }, isChange: true });
  if (faults.length > 0) return { kind: 'faults', faults };
  return actOnRecord(acting, module, place, sent, viewer);
}

/** @throws EstateError `record.revision_missing` */
function placeOf(c: CompartmentContext): Place {
  const revision = readRevision(c.req.header('if-match'));
  if (revision !== undefined) return { reference: c.req.param('reference') ?? '', revision };
  throw new EstateError('record.revision_missing', 'changing a record: the request does not say upon which revision');
}

async function answerWrite(
  c: CompartmentContext,
  { site, database, now }: WriteDeps,
  status: 200 | 201,
  write: (acting: ActDeps, asked: Writing) => Promise<Outcome>,
): Promise<Response> {
  const { accountId } = requirePerson(c);
  const module = moduleOf(site, c.req.param('module') ?? '');
  const { viewer } = visitOf(c, site);
  if (site.isReadOnly) throw new EstateError('compartment.read_only', 'writing a record');
  const body = readBody(readSentJson(c), c.var.language);
  if (!body.ok) return answerFaults(c, body.faults);
  const ifMatch = c.req.header('if-match') ?? '';
  const asked = { method: c.req.method, path: c.req.path, ifMatch, body: c.var.body };
  const once = readOnce(c.req.header('idempotency-key'), accountId, asked);
  if (once === undefined)
    return answerProblem(c, { status: 400, code: 'input.invalid', detail: API_SENTENCES.badKey[c.var.language] });
  const reading = { db: database.read, modules: site.modules };
  const tell = async (db: Kysely<Schema>, reference: string) => {
    const record = await readRecord({ ...reading, db }, module, reference, viewer);
    const text = writeRecord(module, record, viewer, site.origin);
    return { status, reference, body: text, etag: etagOf(record, text) };
  };
  const deps = { db: database.read, transact: transactFor(c, database), now };
  const answered = await answerOnce(
    deps,
    once,
    (transact) => write({ ...reading, transact, now }, { module, viewer, body: body.value }),
    tell,
  );
  return tellAnswered(c, site, { module, viewer }, answered);
}

/** @throws EstateError `input.invalid` for what is no JSON, or says that it is something else */
function readSentJson(c: CompartmentContext): unknown {
  if (/^application\/(?:merge-patch\+)?json(?:\s*;|$)/i.test(c.req.header('content-type') ?? '')) return readJson(c, z.unknown());
  throw new EstateError('input.invalid', 'reading a JSON body: its content type is not application/json');
}

function answerFaults(c: CompartmentContext, errors: readonly WrittenFault[]): Response {
  const detail = errors.map((one) => `${one.field}: ${one.detail}`).join(' ');
  return answerProblem(c, { status: 422, code: 'input.invalid', detail, errors });
}

function tellAnswered(
  c: CompartmentContext,
  site: Site,
  { module, viewer }: { readonly module: Module; readonly viewer: Viewer },
  answered: Answered,
): Response {
  const { language } = c.var;
  if (answered.kind === 'faults') return answerFaults(c, tellFaults(answered.faults, language));
  if (answered.kind === 'asked') {
    const errors = tellFaults(answered.asked, language);
    const { alike } = answered;
    const found = alike && { reference: alike.reference, url: `${site.origin}${recordPath(module, alike.reference)}` };
    const detail = API_SENTENCES.askedBack[language];
    return answerProblem(c, { status: 422, code: 'record.asked_back', detail, errors, more: { alike: found } });
  }
  if (answered.kind === 'overtaken') {
    const { record } = answered;
    const present = writeJson(module, record, shownFields(module, record, viewer), site.origin);
    c.header('etag', etagOf(record, JSON.stringify(present)));
    const conflicts = answered.conflicts.map(({ field, mine, theirs, at }) => ({
      field,
      sent: mine ?? null,
      present: theirs ?? null,
      changedAt: at.toISOString(),
    }));
    const detail = API_SENTENCES.overtaken[language];
    return answerProblem(c, { status: 412, code: 'record.overtaken', detail, more: { present, conflicts } });
  }
  const { status, reference, etag, body } = answered.answer;
  c.header('etag', etag);
  c.header('location', `${site.origin}/api${recordPath(module, reference)}`);
  if (answered.isRepeat) c.header('idempotency-replayed', 'true');
  return c.body(body, status, { 'content-type': 'application/json; charset=utf-8' });
}
