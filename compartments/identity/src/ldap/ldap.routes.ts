import { SESSION_STARTED_HEADER } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, readForm, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import { listActiveDelegations } from '#delegation/delegation.actions.ts';
import { nameIn } from '#delegation/delegation.rules.ts';
import { federationWords } from '#federation/federation.words.ts';
import { writeRoleMap } from '#federation/role-map.rules.ts';
import { LONGEST_PASSWORD } from '#password/password.rules.ts';
import { isAdministrator } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import { visitorFrom } from '#session/visitor.rules.ts';
import { destinationOf, type Errand, readErrand, writeErrand } from '#sign-in/sign-in.rules.ts';
import { keepLanguage, makeShell, type Shell, type Site } from '#site/shell.rules.ts';
import { enterAs } from '#visit/enter.actions.ts';
import {
  disableServer,
  endSessionsOfLeavers,
  getServer,
  type LdapOutcome,
  type LdapSignInDeps,
  needsSecret,
  saveServer,
  signInByDirectory,
} from './ldap.actions.ts';
import { type LdapServer, type LdapTerms, type LdapTyped, readServer, typedOf } from './ldap.rules.ts';
import {
  type DirectoryShown,
  directoryClosedPage,
  directoryPage,
  directorySignInPage,
  notOpenedPage,
  tellField,
} from './ldap.views.ts';
import { ldapWords } from './ldap.words.ts';

export type LdapDeps = Omit<LdapSignInDeps, 'db' | 'transact'> &
  Pick<LdapTerms, 'mayBeInner' | 'innerServers'> & {
    readonly site: Site;
    readonly database: Database<Schema>;
    readonly hosts: ReadonlySet<string>;
    readonly isReadOnly: boolean;
  };

const line = z.string().max(600).default('');
const typedSchema = z.object({
  id: line,
  name: line,
  delegationId: line,
  url: line,
  way: line,
  bindDn: line,
  base: line,
  dnTemplate: line,
  filter: line,
  subjectAttribute: line,
  nameAttribute: line,
  mailAttribute: line,
  groupAttribute: line,
  groupBase: line,
  certificates: z.string().max(20_000).default(''),
  secret: z.string().max(500).default(''),
  emailDomains: z.string().max(2000).default(''),
  roleMap: z.string().max(16_000).default(''),
  addsAccounts: z.string().max(5).optional(),
});
const LIMITS = { maxBytes: 65_536, multiline: ['roleMap', 'certificates'] } as const;
const signInSchema = z.object({
  to: z.string().max(40).optional(),
  path: z.string().max(2048).optional(),
  nonce: z.string().max(64).optional(),
  name: z.string().min(1).max(300),
  password: z
    .string()
    .min(1)
    .max(LONGEST_PASSWORD * 4),
});

/** Signing in by an organisation's own directory, and the pages on which directories are set up. */
export function addLdapRoutes(app: CompartmentApp, deps: LdapDeps): void {
  app.get('/directories/:id/sign-in', async (c) => {
    const server = await usable(deps, c.req.param('id'));
    const errand = readErrand({ to: c.req.query('to'), path: c.req.query('path'), nonce: c.req.query('nonce') }, deps.hosts);
    return showSignIn(c, deps, { server, errand, name: '', faults: {}, refusal: null }, 200);
  });
  app.post('/directories/:id/sign-in', (c) => enter(c, deps, c.req.param('id')));
  app.post('/.bulkhead/jobs/directories.ask', async (c) => {
    if (!c.var.token) throw new EstateError('token.missing', 'asking directories who left: the call carries no token');
    const acting = { ...deps, db: deps.database.read, transact: transactFor(c, deps.database) };
    if (!deps.isReadOnly) await endSessionsOfLeavers(acting);
    return c.json({ ok: true });
  });
  addDirectoryPages(app, deps);
}

async function enter(c: CompartmentContext, deps: LdapDeps, id: string): Promise<Response> {
  const server = await usable(deps, id);
  const form = readForm(c, signInSchema);
  const value = (name: string) => (typeof form.values[name] === 'string' ? form.values[name] : '');
  const errand = readErrand({ to: value('to'), path: value('path'), nonce: value('nonce') }, deps.hosts);
  const shown = { server, errand, name: value('name'), faults: {}, refusal: null };
  if (deps.isReadOnly) return showSignIn(c, deps, shown, 503);
  if (!form.ok) return showSignIn(c, deps, { ...shown, faults: form.faults }, 422);
  const { name, password } = form.value;
  const acting = { ...deps, db: deps.database.read, transact: transactFor(c, deps.database) };
  const outcome = await signInByDirectory(acting, server, { name, password, visitor: visitorFrom(c) });
  return tellOutcome(c, deps, { shown, outcome });
}

function tellOutcome(
  c: CompartmentContext,
  deps: LdapDeps,
  given: { readonly shown: Parameters<typeof directorySignInPage>[1]; readonly outcome: LdapOutcome },
): Response | Promise<Response> {
  const { shown, outcome } = given;
  if (outcome.kind === 'signed in') {
    c.header(SESSION_STARTED_HEADER, outcome.sessionId);
    return c.redirect(destinationOf(shown.errand), 303);
  }
  if (outcome.kind === 'throttled') {
    const waitSeconds = Math.ceil(outcome.waitMs / 1000);
    c.header('retry-after', String(waitSeconds));
    return showSignIn(c, deps, { ...shown, refusal: { waitSeconds } }, 429);
  }
  if (outcome.kind === 'refused') return showSignIn(c, deps, { ...shown, refusal: 'refused' }, 403);
  const why = outcome.kind === 'away' ? 'away' : 'nobody';
  const shell = shellOf(c, deps, shown);
  return c.html(notOpenedPage(shell, { name: shown.server.name, why }).toString(), why === 'away' ? 503 : 403);
}

function showSignIn(
  c: CompartmentContext,
  deps: LdapDeps,
  shown: Parameters<typeof directorySignInPage>[1],
  status: 200 | 403 | 422 | 429 | 503,
): Response | Promise<Response> {
  const shell = shellOf(c, deps, shown);
  if (deps.isReadOnly) return c.html(directoryClosedPage(shell).toString(), 503);
  return c.html(directorySignInPage(shell, shown).toString(), status);
}

async function usable(deps: LdapDeps, id: string): Promise<LdapServer> {
  const server = await getServer(deps.database.read, id);
  if (server.disabledAt === null) return server;
  throw new EstateError('request.not_found', 'finding a directory: it is out of use');
}

function addDirectoryPages(app: CompartmentApp, deps: LdapDeps): void {
  app.get('/directories/new', async (c) => {
    const { shell } = await administer(c, deps, '/directories/new');
    return show(c, deps, shell, { server: null, typed: EMPTY });
  });
  app.post('/directories', (c) => save(c, deps, null));
  app.get('/directories/:id', async (c) => {
    const server = await getServer(deps.database.read, c.req.param('id'));
    const { shell } = await administer(c, deps, `/directories/${server.id}`);
    const typed = typedOf(server, writeRoleMap(server.roleMap));
    return show(c, deps, shell, { server, typed, isSaved: c.req.query('done') === 'saved' });
  });
  app.post('/directories/:id', (c) => save(c, deps, c.req.param('id')));
  app.post('/directories/:id/try', async (c) => {
    const server = await getServer(deps.database.read, c.req.param('id'));
    const { shell } = await administer(c, deps, `/directories/${server.id}`);
    readForm(c, z.object({}));
    const fault = await deps.servers.probe(server);
    if (fault) deps.log.warn({ err: fault.cause, fault: fault.fault, directory: server.id }, 'a directory cannot be asked');
    const typed = typedOf(server, writeRoleMap(server.roleMap));
    return show(c, deps, shell, { server, typed, tried: fault?.fault ?? 'fine' });
  });
  for (const what of ['disable', 'enable'] as const) {
    app.post(`/directories/:id/${what}`, async (c) => {
      const { id } = await getServer(deps.database.read, c.req.param('id'));
      const { shell } = await administer(c, deps, `/directories/${id}`);
      readForm(c, z.object({}));
      await disableServer({ transact: transactFor(c, deps.database), now: deps.now }, id, what === 'disable');
      return c.redirect(keepLanguage(shell, `/directories/${id}?done=saved`), 303);
    });
  }
}

const EMPTY: LdapTyped = {
  id: '',
  name: '',
  delegationId: '',
  url: '',
  certificates: '',
  way: 'search',
  bindDn: '',
  base: '',
  dnTemplate: '',
  filter: '(uid={name})',
  subjectAttribute: 'entryUUID',
  nameAttribute: 'cn',
  mailAttribute: 'mail',
  groupAttribute: 'memberOf',
  groupBase: '',
  emailDomains: '',
  roleMap: '',
  addsAccounts: false,
};

async function save(c: CompartmentContext, deps: LdapDeps, id: string | null): Promise<Response> {
  const { shell, person } = await administer(c, deps, id === null ? '/directories/new' : `/directories/${id}`);
  const server = id === null ? null : await getServer(deps.database.read, id);
  const form = readForm(c, typedSchema, LIMITS);
  if (!form.ok) throw new EstateError('input.invalid', 'setting up a directory: the form cannot be read');
  const { secret, ...rest } = form.value;
  const typed = { ...rest, id: id ?? rest.id, addsAccounts: rest.addsAccounts === 'yes' };
  const again = (faults: Record<string, string>) => {
    c.status(422);
    return show(c, deps, shell, { server, typed, faults });
  };
  const delegations = (await listActiveDelegations(deps.database.read)).map((one) => one.id);
  const read = readServer(typed, { ...deps, delegations });
  if ('faults' in read) return again(Object.fromEntries(read.faults.map((field) => [field, tellField(shell, field)])));
  if (secret === '' && needsSecret(read.wish, server)) return again({ secret: ldapWords(shell.language).secretFault });
  const acting = { ...deps, db: deps.database.read, transact: transactFor(c, deps.database) };
  const outcome = await saveServer(acting, read.wish, { secret, by: person.accountId, isNew: id === null });
  if (outcome === 'taken') return again({ id: federationWords(shell.language).taken });
  return c.redirect(keepLanguage(shell, `/directories/${read.wish.id}?done=saved`), 303);
}

async function show(
  c: CompartmentContext,
  deps: LdapDeps,
  shell: Shell,
  given: Pick<DirectoryShown, 'server' | 'typed'> & Partial<DirectoryShown>,
): Promise<Response> {
  const delegations = (await listActiveDelegations(deps.database.read)).map((one) => ({
    value: one.id,
    text: nameIn(one.names, shell.language),
  }));
  return c.html(directoryPage(shell, { faults: {}, isSaved: false, tried: null, ...given, delegations }).toString());
}

/** @throws EstateError `request.forbidden` */
async function administer(c: CompartmentContext, deps: LdapDeps, at: string) {
  const entered = await enterAs(c, deps, at);
  if (isAdministrator(entered.account)) return entered;
  throw new EstateError('request.forbidden', 'setting up directories: whoever asks administers none');
}

function shellOf(
  c: CompartmentContext,
  { site }: Pick<LdapDeps, 'site'>,
  shown: { readonly server: Pick<LdapServer, 'id'>; readonly errand: Errand | null },
): Shell {
  const path = `/directories/${shown.server.id}/sign-in`;
  const at = shown.errand ? `${path}?${writeErrand(shown.errand)}` : path;
  return makeShell({ site, query: c.req.query('lang'), language: c.var.language, at });
}
