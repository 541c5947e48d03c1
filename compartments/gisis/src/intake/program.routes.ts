import { EstateError } from '@bulkhead/kernel';
import {
  answerProblem,
  type CompartmentApp,
  type CompartmentContext,
  type FoundFile,
  fillIn,
  receiveFile,
  tellIssue,
} from '@bulkhead/web';
import { z } from 'zod';
import { API_SENTENCES } from '#api/api.words.ts';
import { findKept } from '#api/once.actions.ts';
import { AnsweredAlready, type Once, readOnce } from '#api/once.rules.ts';
import type { Module } from '#declaration/module.rules.ts';
import type { Visit } from '#site/site.rules.ts';
import { carryOn } from './carry.actions.ts';
import type { Check } from './check.rules.ts';
import { type Deps, enter, type Found, find, LOOK_WAIT_MS, requireOpen, waitFor, writing } from './entrance.ts';
import { cleanFileName, draftOf, isOpen, type NewImport } from './import-file.rules.ts';
import { beginImport, giveUp, keepFile, readFaults, readImport, refuseMore } from './intake.actions.ts';
import { type IntakeWord, intakeWords } from './intake.words.ts';
import { FILE_BYTES, WORKBOOK_BYTES } from './limits.rules.ts';
import {
  type Decision,
  decide,
  goOnSchema,
  importPath,
  readDecision,
  reportOn,
  sentSchema,
  tellRows,
  tellUnreadable,
} from './program.rules.ts';
import { CSV_TYPE, detectTable, XLSX_TYPE } from './sniff.rules.ts';

const MB = 1_048_576;

/** Files of records from programs: by the same check and the same carrying out as the pages, decided beforehand by the address. */
export function addImportsOfPrograms(app: CompartmentApp, deps: Deps): void {
  app.post('/api/:module/import', (c) => answerSent(c, deps));
  app.get('/api/:module/imports/:id', async (c) => {
    const found = await findOwn(c, deps);
    const check = isOpen(found.file) ? deps.checks.begin(found.file, found.module, found.visit.viewer) : null;
    if (check) await waitFor(check, LOOK_WAIT_MS);
    return answerReport(c, deps, found, 200);
  });
  app.post('/api/:module/imports/:id', async (c) => {
    const found = await findOwn(c, deps);
    requireOpen(deps.site);
    const asked = readQuery(c, goOnSchema);
    return asked.ok ? goOn(c, deps, found, readDecision(asked.value)) : asked.refused;
  });
  app.delete('/api/:module/imports/:id', async (c) => {
    const found = await findOwn(c, deps);
    requireOpen(deps.site);
    await giveUp(writing(c, deps), found.file, deps.checks);
    return answerReport(c, deps, found, 200);
  });
}

/** @throws EstateError `request.not_found` for an import of somebody else, or of another module */
async function findOwn(c: CompartmentContext, deps: Deps): Promise<Found> {
  const found = await find(c, deps);
  if (found.file.module === c.req.param('module')) return found;
  throw new EstateError('request.not_found', 'finding an import: it is of another module');
}

type Asked<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly refused: Response };

function readQuery<Schema extends z.ZodObject>(c: CompartmentContext, schema: Schema): Asked<z.infer<Schema>> {
  const { lang: _, ...given } = c.req.query();
  const parsed = schema.safeParse(given);
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors = parsed.error.issues.flatMap((issue) => {
    const names = issue.code === 'unrecognized_keys' ? issue.keys : [String(issue.path[0] ?? '')];
    return names.map((name) => ({
      pointer: `#/query/${name.slice(0, 60).replaceAll('~', '~0').replaceAll('/', '~1')}`,
      detail: tellIssue(issue, c.var.language),
    }));
  });
  const detail = errors.map(({ pointer, detail: why }) => `${pointer.slice('#/query/'.length)}: ${why}`).join(' ');
  return { ok: false, refused: answerProblem(c, { status: 422, code: 'input.invalid', detail, errors }) };
}

async function answerSent(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { site, checks, database, now } = deps;
  const { module, visit, accountId } = enter(c, site);
  requireOpen(site);
  const asked = readQuery(c, sentSchema);
  if (!asked.ok) return drained(c, asked.refused);
  const { source, since, name, dry_run: dry } = asked.value;
  const once = dry === 'true' ? null : readKeyOf(c, accountId);
  if (once === undefined)
    return drained(c, answerProblem(c, { status: 400, code: 'input.invalid', detail: API_SENTENCES.badKey[c.var.language] }));
  const decision = readDecision(asked.value);
  const repeated = once === null ? undefined : await findRepeated(c, deps, { module, visit, accountId, once });
  if (repeated) return drained(c, await goOn(c, deps, repeated, decision));
  const why = await refuseMore({ db: database.read }, checks, accountId);
  if (why !== null)
    return drained(c, answerProblem(c, { status: 429, code: 'request.too_many', detail: intakeWords(visit.language)[why] }));
  const kept = await receive(c, deps);
  if ('why' in kept) return refuseFile(c, kept);
  const file: NewImport = {
    module: module.name,
    accountId,
    accountName: visit.viewer.name,
    name: cleanFileName(name, kept.contentType === XLSX_TYPE ? 'file.xlsx' : 'file.csv'),
    sha256: kept.sha256,
    bytes: kept.bytes,
    source: source.replaceAll(/\s+/g, ' '),
    since: since === '' ? null : since,
    at: now(),
  };
  const check = checks.look(file, module, visit.viewer);
  await waitFor(check, LOOK_WAIT_MS);
  return answerLooked(c, deps, { module, visit, file, check, once, decision, isDry: dry === 'true' });
}

/** What was sent is read to its end and dropped: else its sender might not hear the answer. */
function drained(c: CompartmentContext, answer: Response): Response {
  c.env.incoming.resume();
  return answer;
}

function readKeyOf(c: CompartmentContext, accountId: string): Once | null | undefined {
  const { pathname, search } = new URL(c.req.url);
  // The gateway hashed the body: it need not have arrived to be known.
  const body = Buffer.from(c.var.claims.bodySha256 ?? '');
  const asked = { method: c.req.method, path: `${pathname}${search}`, ifMatch: '', body };
  return readOnce(c.req.header('idempotency-key'), accountId, asked);
}

type Sender = { readonly module: Module; readonly visit: Visit; readonly accountId: string; readonly once: Once };

async function findRepeated(
  c: CompartmentContext,
  { database, now }: Deps,
  { module, visit, accountId, once }: Sender,
): Promise<Found | undefined> {
  const db = database.read;
  const answer = await findKept({ db, now }, once);
  const file = answer && (await readImport({ db }, answer.reference, accountId));
  if (!file) return undefined;
  c.header('idempotency-replayed', 'true');
  return { module, visit, file };
}

type Kept = { readonly sha256: string; readonly bytes: number } & FoundFile;
type NotKept = { readonly why: IntakeWord; readonly most?: number };

async function receive(c: CompartmentContext, { blobs }: Deps): Promise<Kept | NotKept> {
  const outcome = await receiveFile(c, {
    accept: [CSV_TYPE, XLSX_TYPE],
    maxBytes: FILE_BYTES,
    detect: detectTable,
    store: async (content, found): Promise<Kept> => ({ ...(await keepFile(blobs, content)), ...found }),
  });
  if (outcome.kind === 'wrong type') return { why: 'fileBinary' };
  if (outcome.kind === 'too large') return { why: 'fileTooLarge', most: FILE_BYTES / MB };
  if (outcome.kind !== 'stored') return { why: 'fileEmpty' };
  const { stored } = outcome;
  const isTooLarge = stored.contentType === XLSX_TYPE && stored.bytes > WORKBOOK_BYTES;
  return isTooLarge ? { why: 'fileTooLarge', most: WORKBOOK_BYTES / MB } : stored;
}

function refuseFile(c: CompartmentContext, { why, most }: NotKept): Response {
  const detail = fillIn(intakeWords(c.var.language)[why], most === undefined ? {} : { most });
  return why === 'fileTooLarge'
    ? answerProblem(c, { status: 413, code: 'input.too_large', detail })
    : answerProblem(c, { status: 422, code: 'input.invalid', detail });
}

type Looked = {
  readonly module: Module;
  readonly visit: Visit;
  readonly file: NewImport;
  readonly check: Check;
  readonly once: Once | null;
  readonly decision: Decision;
  readonly isDry: boolean;
};

/** What becomes of a file of which nothing is written yet: it is kept only where something of it is written, or looking takes long. */
async function answerLooked(c: CompartmentContext, deps: Deps, looked: Looked): Promise<Response> {
  const { checks, site } = deps;
  const { module, visit, file, check, once, decision, isDry } = looked;
  if (check.state !== 'done' && check.state !== 'unreadable' && check.state !== 'failed') {
    const noted = await repeatable(c, deps, looked, () => writing(c, deps).transact((trx) => beginImport(trx, file, once)));
    if (noted instanceof Response) return noted;
    checks.adopt(check, noted.id);
    return answerReport(c, deps, { module, visit, file: noted }, 202);
  }
  // The same request at the same time may have been carried out while this one looked.
  const repeated = once && (await findRepeated(c, deps, { module, visit, accountId: file.accountId, once }));
  if (repeated) {
    await checks.forget(check.importId);
    return goOn(c, deps, repeated, decision);
  }
  const refused = refuseLooked(c, check, isDry ? { isSure: true, isPartial: true } : decision);
  if (refused || isDry || decide(check.counts, decision) === 'nothing') {
    await checks.forget(check.importId);
    if (refused) return refused;
    const { kept: faults, count: faultCount } = check.faults;
    return c.json(reportOn({ module: module.name, file: null, check, faults, faultCount, origin: site.origin }, visit.language));
  }
  const draft = draftOf(file, check.importId);
  const begin = (trx: Parameters<typeof beginImport>[0]) => beginImport(trx, file, once);
  return repeatable(c, deps, looked, () => carry(c, deps, { module, visit, file: draft }, { check, decision, begin }));
}

/** Does what takes the key of a request; the same request at the same time, which took it first, answers for both. */
async function repeatable<Done>(
  c: CompartmentContext,
  deps: Deps,
  { module, visit, file, check, once, decision }: Looked,
  run: () => Promise<Done>,
): Promise<Done | Response> {
  try {
    return await run();
  } catch (error) {
    await deps.checks.forget(check.importId);
    if (!(error instanceof AnsweredAlready) || once === null) throw error;
    const found = await findRepeated(c, deps, { module, visit, accountId: file.accountId, once });
    if (!found) throw error;
    return goOn(c, deps, found, decision);
  }
}

/** Why nothing of a file is written; undefined where something may be. */
function refuseLooked(c: CompartmentContext, check: Check, decision: Decision): Response | undefined {
  const { language } = c.var;
  if (check.state === 'failed') return answerProblem(c, { status: 503, code: 'unknown', detail: intakeWords(language).failed });
  if (check.state === 'unreadable')
    return answerProblem(c, { status: 422, code: 'input.invalid', detail: tellUnreadable(check, language) });
  if (decide(check.counts, decision) !== 'blocked') return undefined;
  const code = check.counts.refused > 0 ? 'input.invalid' : 'record.asked_back';
  const { counts, faults } = check;
  const more = { counts, errorCount: faults.count };
  const detail = API_SENTENCES.rowsRefused[language];
  return answerProblem(c, { status: 422, code, detail, errors: tellRows(faults.kept, language), more });
}

/** Goes on with an import that is noted: looks at it anew after a restart, and carries out its next part. */
async function goOn(c: CompartmentContext, deps: Deps, found: Found, decision: Decision): Promise<Response> {
  const { file, module, visit } = found;
  if (!isOpen(file)) return answerReport(c, deps, found, 200);
  const check = deps.checks.begin(file, module, visit.viewer);
  await waitFor(check, LOOK_WAIT_MS);
  if (check.state === 'waiting' || check.state === 'reading' || check.state === 'checking')
    return answerReport(c, deps, found, 202);
  // What was begun goes on as it was decided.
  const refused = refuseLooked(c, check, file.state === 'carrying' ? { isSure: true, isPartial: true } : decision);
  return refused ?? carry(c, deps, found, { check, decision });
}

type Carried = Pick<Parameters<typeof carryOn>[2], 'begin'> & { readonly check: Check; readonly decision: Decision };

async function carry(c: CompartmentContext, deps: Deps, found: Found, { check, decision, begin }: Carried): Promise<Response> {
  const { site, checks } = deps;
  const { file, module, visit } = found;
  const carrying = { file, check, isSure: decision.isSure, by: visit.viewer, ...(begin ? { begin } : {}) };
  const id = await carryOn({ modules: site.modules, ...writing(c, deps), isSample: site.isSample }, module, carrying);
  const now = id === undefined ? undefined : await readImport({ db: deps.database.read }, id, file.accountId);
  if (!now) throw new EstateError('request.not_found', 'carrying out an import: it was given up meanwhile');
  checks.adopt(check, now.id);
  const answer = await answerReport(c, deps, { module, visit, file: now }, now.state === 'done' ? 201 : 202);
  if (!isOpen(now)) await checks.forget(now.id);
  return answer;
}

async function answerReport(
  c: CompartmentContext,
  { database, checks, site }: Deps,
  { file, module, visit }: Found,
  status: 200 | 201 | 202,
): Promise<Response> {
  const now = (await readImport({ db: database.read }, file.id, file.accountId)) ?? file;
  const check = checks.find(now.id) ?? null;
  const { kept: faults, count: faultCount } = await readFaults({ db: database.read }, now, checks);
  const { origin } = site;
  if (status !== 200) c.header('location', `${origin}${importPath(now)}`);
  if (status === 202) c.header('retry-after', '2');
  return c.json(reportOn({ module: module.name, file: now, check, faults, faultCount, origin }, visit.language), status);
}
