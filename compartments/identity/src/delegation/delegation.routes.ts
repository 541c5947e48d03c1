import { LANGUAGES } from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
import {
  type CompartmentApp,
  type CompartmentContext,
  type FormFaults,
  type FormValues,
  readForm,
  toldAs,
  transactFor,
} from '@bulkhead/web';
import { z } from 'zod';
import { type OfferedRole, readRoles, writeRole } from '#role/role.rules.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { isPlainText, NOT_PLAIN, plainLine } from '#site/plain-text.rules.ts';
import { keepLanguage, readPage, readSearch, type Shell } from '#site/shell.rules.ts';
import { type EnterDeps, enterAsAdministrator } from '#visit/enter.actions.ts';
import {
  addDelegation,
  changeHolds,
  getDelegationById,
  listAdministratorsOf,
  listDelegations,
  moveDelegation,
  renameDelegation,
} from './delegation.actions.ts';
import {
  CODE,
  DELEGATION_KINDS,
  type DelegationKind,
  LONGEST_NAME,
  type Names,
  pickDelegations,
  usualHolds,
} from './delegation.rules.ts';
import { type DelegationShown, delegationListPage, delegationPage, newDelegationPage } from './delegation.views.ts';
import { delegationWords } from './delegation.words.ts';

type Deps = EnterDeps & {
  readonly feed: ChangeFeed;
  readonly offered: readonly OfferedRole[];
  readonly newId: () => string;
};

const LONGEST_SEARCH = 200;
const otherName = z
  .string()
  .trim()
  .max(LONGEST_NAME)
  .refine((text) => text === '' || isPlainText(text), toldAs(NOT_PLAIN))
  .default('');
const nameShape = {
  name_en: plainLine(LONGEST_NAME),
  name_ar: otherName,
  name_zh: otherName,
  name_fr: otherName,
  name_ru: otherName,
  name_es: otherName,
};
const codeFault = Object.fromEntries(LANGUAGES.map((language) => [language, delegationWords(language).codeInvalid]));
const holdsField = z.array(z.string().max(100)).max(200);
const version = z.coerce.number().int().min(1).max(2_000_000_000);
const newSchema = z.object({
  ...nameShape,
  kind: z.enum(DELEGATION_KINDS),
  code: z
    .string()
    .trim()
    .transform((text) => text.toUpperCase())
    .refine((text) => CODE.test(text), toldAs({ ...codeFault, en: delegationWords('en').codeInvalid })),
  holds: holdsField,
});
const namesSchema = z.object({ ...nameShape, version });
const holdsSchema = z.object({ holds: holdsField, reason: plainLine(500), version });
const moveSchema = z.object({ version });

/** The Secretariat's pages of delegations. */
export function addDelegationRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/delegations', (c) => listPage(c, deps));
  app.get('/delegations/new', async (c) => {
    const { shell } = await enterAsAdministrator(c, deps, '/delegations/new');
    const kind: DelegationKind = 'igo';
    return c.html(newDelegationPage(shell, { values: { kind }, faults: {} }, deps.offered, usualHolds(kind)).toString());
  });
  app.post('/delegations', (c) => answerNew(c, deps));
  app.get('/delegations/:id', (c) => show(c, deps, {}));
  app.post('/delegations/:id/names', (c) => answerNames(c, deps));
  app.post('/delegations/:id/holds', (c) => answerHolds(c, deps));
  app.post('/delegations/:id/end', (c) => answerMove(c, deps, 'ended'));
  app.post('/delegations/:id/reopen', (c) => answerMove(c, deps, 'active'));
}

async function listPage(c: CompartmentContext, deps: Deps): Promise<Response> {
  const text = readSearch(c.req.query('q'), LONGEST_SEARCH);
  const kind = DELEGATION_KINDS.find((one) => one === c.req.query('kind')) ?? null;
  const at = `/delegations?${new URLSearchParams({ q: text, kind: kind ?? '' }).toString()}`;
  const { shell } = await enterAsAdministrator(c, deps, at);
  const filter = { text, kind, page: readPage(c.req.query('page')) };
  const all = await listDelegations(deps.database.read, deps.now());
  return c.html(delegationListPage(shell, { ...pickDelegations(all, filter, shell.language), filter }).toString());
}

async function answerNew(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { shell } = await enterAsAdministrator(c, deps, '/delegations/new');
  const form = readForm(c, newSchema, { lists: ['holds'] });
  const again = (faults: FormFaults) =>
    c.html(
      newDelegationPage(shell, { values: textsOf(form.values), faults }, deps.offered, listOf(form.values, 'holds')).toString(),
      422,
    );
  if (!form.ok) return again(form.faults);
  const { value } = form;
  const roles = readRoles(value.holds, deps.offered);
  if (!roles) return again({ holds: delegationWords(shell.language).changedMeanwhile });
  const id = deps.newId();
  const holds = roles.map(writeRole);
  try {
    await addDelegation(changing(c, deps), {
      id,
      kind: value.kind,
      code: value.code,
      names: namesOf(value),
      holds,
      isSample: false,
    });
    return c.redirect(keepLanguage(shell, `/delegations/${id}?done=created`), 303);
  } catch (error) {
    if (hasCode(error, 'delegation.code_taken')) return again({ code: delegationWords(shell.language).codeTaken });
    throw error;
  }
}

async function answerNames(c: CompartmentContext, deps: Deps): Promise<Response> {
  const id = c.req.param('id') ?? '';
  const { shell, actor } = await enterAsAdministrator(c, deps, `/delegations/${id}`);
  const form = readForm(c, namesSchema);
  const names = { values: textsOf(form.values), faults: form.ok ? {} : form.faults };
  if (!form.ok) return show(c, deps, { names, status: 422 });
  const asked = { id, version: form.value.version, by: actor.accountId, names: namesOf(form.value) };
  return move(c, deps, shell, 'names-saved', () => renameDelegation(changing(c, deps), asked));
}

async function answerHolds(c: CompartmentContext, deps: Deps): Promise<Response> {
  const id = c.req.param('id') ?? '';
  const { shell, actor } = await enterAsAdministrator(c, deps, `/delegations/${id}`);
  const form = readForm(c, holdsSchema, { lists: ['holds'] });
  if (!form.ok) return show(c, deps, { holds: listOf(form.values, 'holds'), holdsFaults: form.faults, status: 422 });
  const roles = readRoles(form.value.holds, deps.offered);
  if (!roles) return show(c, deps, { refusal: delegationWords(shell.language).changedMeanwhile, status: 409 });
  const { version: seen, reason } = form.value;
  const asked = { id, version: seen, by: actor.accountId, holds: roles.map(writeRole), reason };
  return move(c, deps, shell, 'holds-saved', () => changeHolds(changing(c, deps), asked));
}

async function answerMove(c: CompartmentContext, deps: Deps, status: 'active' | 'ended'): Promise<Response> {
  const id = c.req.param('id') ?? '';
  const { shell, actor } = await enterAsAdministrator(c, deps, `/delegations/${id}`);
  const form = readForm(c, moveSchema);
  if (!form.ok) return show(c, deps, { refusal: delegationWords(shell.language).changedMeanwhile, status: 409 });
  const asked = { id, version: form.value.version, by: actor.accountId, status };
  return move(c, deps, shell, status === 'ended' ? 'ended' : 'reopened', () => moveDelegation(changing(c, deps), asked));
}

async function move(c: CompartmentContext, deps: Deps, shell: Shell, done: string, run: () => Promise<void>): Promise<Response> {
  const id = c.req.param('id') ?? '';
  const words = delegationWords(shell.language);
  try {
    await run();
    return c.redirect(keepLanguage(shell, `/delegations/${id}?done=${done}`), 303);
  } catch (error) {
    if (hasCode(error, 'delegation.changed')) return show(c, deps, { refusal: words.changedMeanwhile, status: 409 });
    if (!hasCode(error, 'account.last_administrator')) throw error;
    const refusal = id === 'secretariat' && done === 'ended' ? words.cannotEnd : words.lastAdministrator;
    return show(c, deps, { refusal, status: 409 });
  }
}

type Told = Partial<Pick<DelegationShown, 'names' | 'holdsFaults' | 'refusal'>> & {
  readonly holds?: readonly string[];
  readonly status?: 200 | 409 | 422;
};

async function show(c: CompartmentContext, deps: Deps, told: Told): Promise<Response> {
  const id = c.req.param('id') ?? '';
  const { shell } = await enterAsAdministrator(c, deps, `/delegations/${id}`);
  const delegation = await getDelegationById(deps.database.read, id);
  const values = Object.fromEntries(LANGUAGES.map((language) => [`name_${language}`, delegation.names[language] ?? '']));
  const shown: DelegationShown = {
    delegation: told.holds ? { ...delegation, holds: told.holds } : delegation,
    administrators: await listAdministratorsOf(deps.database.read, id, deps.now()),
    offered: deps.offered,
    names: told.names ?? { values, faults: {} },
    holdsFaults: told.holdsFaults ?? {},
    news: tellNews(c.req.query('done'), shell),
    refusal: told.refusal ?? null,
  };
  return c.html(delegationPage(shell, shown).toString(), told.status ?? 200);
}

function tellNews(done: string | undefined, shell: Shell): string | null {
  const words = delegationWords(shell.language);
  const told: Readonly<Record<string, string>> = {
    created: words.delegationCreated,
    'names-saved': words.namesSaved,
    'holds-saved': words.holdsSaved,
    ended: words.delegationEnded,
    reopened: words.delegationReopened,
  };
  return told[done ?? ''] ?? null;
}

function namesOf(value: z.infer<typeof namesSchema> | z.infer<typeof newSchema>): Names {
  const others = LANGUAGES.filter((language) => language !== 'en').map((language) => [language, value[`name_${language}`]]);
  return { ...Object.fromEntries(others.filter(([, name]) => name !== '')), en: value.name_en };
}

function textsOf(values: FormValues): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

function listOf(values: FormValues, name: string): readonly string[] {
  const value = values[name];
  return typeof value === 'string' ? [value] : (value ?? []);
}

function changing(c: CompartmentContext, deps: Deps) {
  return { transact: transactFor(c, deps.database), feed: deps.feed, now: deps.now };
}
