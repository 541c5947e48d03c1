import { EstateError } from '@bulkhead/kernel';
import {
  type CompartmentApp,
  type CompartmentContext,
  type FoundFile,
  fillIn,
  readForm,
  readUpload,
  wantsJson,
} from '@bulkhead/web';
import { z } from 'zod';
import { answerPage } from '#site/answer.ts';
import { linkTo } from '#site/site.rules.ts';
import { carryOn } from './carry.actions.ts';
import type { Check } from './check.rules.ts';
import { type Deps, enter, find, LOOK_WAIT_MS, requireOpen, waitFor, writing } from './entrance.ts';
import { writeFaultsFile, writeTemplate } from './faults-file.rules.ts';
import { cleanFileName, type ImportFile, isOpen } from './import-file.rules.ts';
import {
  fileImport,
  giveUp,
  keepFile,
  readFaults,
  readImport,
  readImportsOf,
  refuseMore,
  tidyImports,
} from './intake.actions.ts';
import { importPage, sendingPage } from './intake.views.ts';
import { intakeWords } from './intake.words.ts';
import { FILE_BYTES, LONGEST_SOURCE, WORKBOOK_BYTES } from './limits.rules.ts';
import { CSV_TYPE, detectTable, XLSX_TYPE } from './sniff.rules.ts';

const CSV_HEADERS = { 'content-type': 'text/csv; charset=utf-8; header=present', 'cache-control': 'no-store' };
const sentSchema = z.object({
  source: z.string().trim().min(1).max(LONGEST_SOURCE),
  since: z.union([z.literal(''), z.iso.date()]),
});

/** Many records from a file: sent, looked at, carried out in parts. */
export function addIntakeRoutes(app: CompartmentApp, deps: Deps): void {
  const { site, database, checks } = deps;
  app.get('/:module/import/template.csv', (c) => {
    const { module, visit } = enter(c, site);
    const headers = { ...CSV_HEADERS, 'content-disposition': `attachment; filename="${module.name}-template.csv"` };
    return c.body(writeTemplate(module, visit.viewer), 200, headers);
  });
  app.get('/:module/import', (c) => answerSending(c, deps, {}));
  app.post('/:module/import', (c) => answerSent(c, deps));
  app.post('/:module/import/:id', (c) => answerCarry(c, deps));
  app.get('/imports/:id/faults.csv', async (c) => {
    const { file, module, visit } = await find(c, deps);
    const check = isOpen(file) ? checks.begin(file, module, visit.viewer) : null;
    if (check) await waitFor(check, LOOK_WAIT_MS);
    // Half of a list would be taken for the whole.
    if (check && check.state !== 'done') return c.redirect(linkTo(visit, `/imports/${file.id}`), 303);
    const { kept } = await readFaults({ db: database.read }, file, checks);
    const headers = { ...CSV_HEADERS, 'content-disposition': `attachment; filename="import-${file.id}-refused.csv"` };
    return c.body(writeFaultsFile(kept, visit.language), 200, headers);
  });
  app.post('/imports/:id/drop', async (c) => {
    const { file, visit } = await find(c, deps);
    requireOpen(site);
    await giveUp(writing(c, deps), file, checks);
    return c.redirect(linkTo(visit, `/imports/${file.id}`), 303);
  });
  app.get('/imports/:id', (c) => answerLook(c, deps));
  app.post('/.bulkhead/jobs/imports.tidy', async (c) => {
    if (!c.var.token) throw new EstateError('token.missing', 'tidying imports: the call carries no token');
    return c.json(await tidyImports({ db: database.read, ...writing(c, deps) }, checks));
  });
}

type Typed = { readonly source?: string; readonly since?: string; readonly faults?: Readonly<Record<string, string>> };

async function answerSending(c: CompartmentContext, deps: Deps, typed: Typed, status: 200 | 422 = 200): Promise<Response> {
  const { module, visit, accountId } = enter(c, deps.site);
  const files = await readImportsOf({ db: deps.database.read }, accountId, module);
  const { source = '', since = '', faults = {} } = typed;
  return answerPage(c, sendingPage(visit, { module, files, source, since, faults }), status);
}

async function answerSent(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { site, database, blobs, checks, now } = deps;
  const { module, visit, accountId } = enter(c, site);
  requireOpen(site);
  const words = intakeWords(visit.language);
  const why = await refuseMore({ db: database.read }, checks, accountId);
  if (why !== null) {
    // What was sent is read to its end and dropped: else its sender might not hear the answer.
    c.env.incoming.resume();
    return answerSending(c, deps, { faults: { file: words[why] } }, 422);
  }
  const form = await readUpload(c, sentSchema, {
    files: {
      file: {
        accept: [CSV_TYPE, XLSX_TYPE],
        maxBytes: FILE_BYTES,
        isRequired: true,
        detect: detectTable,
        store: async (content, found: FoundFile) => ({ ...(await keepFile(blobs, content)), ...found }),
      },
    },
  });
  const kept = form.files['file'];
  const isTooLarge = kept?.contentType === XLSX_TYPE && kept.bytes > WORKBOOK_BYTES;
  if (!form.ok || !kept || isTooLarge) {
    const faults = { ...(form.ok ? {} : form.faults) };
    if (isTooLarge) faults['file'] = fillIn(words.fileTooLarge, { most: WORKBOOK_BYTES / 1_048_576 });
    const { source, since } = form.values;
    return answerSending(c, deps, { source: String(source ?? ''), since: String(since ?? ''), faults }, 422);
  }
  const { source, since } = form.value;
  const id = await fileImport(writing(c, deps), {
    module: module.name,
    accountId,
    accountName: visit.viewer.name,
    name: cleanFileName(kept.name, kept.contentType === XLSX_TYPE ? 'file.xlsx' : 'file.csv'),
    sha256: kept.sha256,
    bytes: kept.bytes,
    source: source.replaceAll(/\s+/g, ' '),
    since: since === '' ? null : since,
    at: now(),
  });
  return c.redirect(linkTo(visit, `/imports/${id}`), 303);
}

async function answerLook(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { file, module, visit } = await find(c, deps);
  const check = isOpen(file) ? deps.checks.begin(file, module, visit.viewer) : null;
  if (check) await waitFor(check, LOOK_WAIT_MS);
  const { kept, count } = await readFaults({ db: deps.database.read }, file, deps.checks);
  if (wantsJson(c.req.header('accept'))) return c.json(describe(file, check));
  const isAnew = c.req.query('done') === 'anew';
  return answerPage(c, importPage(visit, { file, module, check, faults: kept, faultCount: count, isAnew }));
}

/** For programs: how far an import is. */
function describe(file: ImportFile, check: Check | null): Readonly<Record<string, unknown>> {
  const { id, module, state, doneRows, counts } = file;
  return {
    id,
    module,
    state,
    doneRows,
    rows: file.rows ?? check?.table?.rows ?? null,
    counts,
    check: check && {
      state: check.state,
      at: check.startedAt.toISOString(),
      rows: check.rows,
      counts: check.counts,
      fault: check.fault?.word ?? null,
    },
  };
}

async function answerCarry(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { file, module, visit } = await find(c, deps);
  requireOpen(deps.site);
  const form = readForm(c, z.object({ checked: z.string(), sure: z.string().optional() }));
  if (!form.ok || file.module !== c.req.param('module'))
    throw new EstateError('input.invalid', 'carrying out an import: its form has another form');
  if (!isOpen(file)) return c.redirect(linkTo(visit, `/imports/${file.id}`), 303);
  const check = deps.checks.begin(file, module, visit.viewer);
  await waitFor(check, LOOK_WAIT_MS);
  // Who decides has seen what is carried out: after a restart it is looked at anew. What was begun goes on as it was decided.
  const isSeen = file.state === 'carrying' || form.value.checked === check.startedAt.toISOString();
  if (check.state !== 'done' || !isSeen) return c.redirect(linkTo(visit, `/imports/${file.id}?done=anew`), 303);
  const carrying = { file, check, isSure: form.value.sure === 'yes', by: visit.viewer };
  await carryOn({ modules: deps.site.modules, ...writing(c, deps), isSample: deps.site.isSample }, module, carrying);
  const now = await readImport({ db: deps.database.read }, file.id, file.accountId);
  if (now && !isOpen(now)) await deps.checks.forget(file.id);
  return c.redirect(linkTo(visit, `/imports/${file.id}`), 303);
}
