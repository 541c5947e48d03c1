import { type Language, SESSION_STARTED_HEADER } from '@bulkhead/contracts';
import { EstateError, hasCode, type Log } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, readForm, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import { listActiveDelegations } from '#delegation/delegation.actions.ts';
import { nameIn } from '#delegation/delegation.rules.ts';
import { isAdministrator, type OfferedRole } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import type { StartDeps } from '#session/start.actions.ts';
import { visitorFrom } from '#session/visitor.rules.ts';
import { destinationOf, type Errand, readErrand } from '#sign-in/sign-in.rules.ts';
import { keepLanguage, makeShell, type Shell, type Site } from '#site/shell.rules.ts';
import { enterAs } from '#visit/enter.actions.ts';
import {
  addressAt,
  disableProvider,
  enterByProvider,
  getProvider,
  listProviders,
  type ProviderClients,
  readAnswer,
  saveProvider,
} from './federation.actions.ts';
import { type IdentityProvider, type ProviderTyped, readProvider } from './federation.rules.ts';
import {
  choosePage,
  type DirectoryLine,
  enterPage,
  notEnteredPage,
  type ProviderShown,
  providerPage,
  providersPage,
} from './federation.views.ts';
import { federationWords } from './federation.words.ts';
import type { FlowShelf } from './flow-shelf.actions.ts';
import { writeRoleMap } from './role-map.rules.ts';

export type FederationDeps = Omit<StartDeps, 'db' | 'transact'> & {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly clients: ProviderClients;
  readonly flows: FlowShelf;
  readonly offered: readonly OfferedRole[];
  readonly hosts: ReadonlySet<string>;
  readonly origin: string;
  readonly mayBeInner: boolean;
  readonly isReadOnly: boolean;
  readonly newId: () => string;
  readonly newSecret: () => string;
  readonly log: Log;
  /** Organisations' directories (LDAP), which stand on the same pages, and what they are called there. */
  readonly directories: {
    readonly list: () => Promise<readonly DirectoryLine[]>;
    readonly wordsIn: (language: Language) => Parameters<typeof providersPage>[1]['words'];
  };
};

const line = z.string().max(600).default('');
const typedSchema = z.object({
  id: line,
  name: line,
  delegationId: line,
  issuer: line,
  clientId: line,
  secret: z.string().max(1000).default(''),
  emailDomains: z.string().max(2000).default(''),
  roleClaim: line,
  roleMap: z.string().max(8000).default(''),
  addsAccounts: z.string().max(5).optional(),
  vouchesForAddresses: z.string().max(5).optional(),
});
const LIMITS = { maxBytes: 16_384, multiline: ['roleMap'] } as const;
const STATE = /^[\w-]{43}$/;

/** Signing in through an organisation's own provider, and the pages on which providers are set up. */
export function addFederationRoutes(app: CompartmentApp, deps: FederationDeps): void {
  app.get('/federation', async (c) => {
    const errand = errandOf(c, deps);
    const providers = (await listProviders(deps.database.read)).filter((one) => one.disabledAt === null);
    const directories = (await deps.directories.list()).filter((one) => one.disabledAt === null);
    return c.html(choosePage(shellOf(c, deps), { providers, directories, errand }).toString());
  });
  app.get('/federation/:id/begin', (c) => begin(c, deps, c.req.param('id')));
  app.get('/federation/:id/callback', (c) => comeBack(c, deps, c.req.param('id')));
  app.post('/federation/enter', (c) => enter(c, deps));
  addProviderPages(app, deps);
}

async function begin(c: CompartmentContext, deps: FederationDeps, id: string): Promise<Response> {
  const provider = await usable(deps, id);
  const { browser } = visitorFrom(c);
  if (browser === null)
    throw new EstateError('input.invalid', 'setting out to a provider: nothing tells this browser from others');
  const [nonce, verifier] = [deps.newSecret(), deps.newSecret()];
  const flow = { providerId: id, browser, nonce, verifier, errand: errandOf(c, deps), person: null };
  try {
    const config = await deps.clients.open(provider);
    if (config.serverMetadata().authorization_endpoint === undefined)
      throw new EstateError('provider.unreachable', 'setting out: it lets nobody in');
    const state = deps.flows.begin(flow);
    return c.redirect(await addressAt(deps.clients, provider, { callback: callbackOf(deps, id), state, nonce, verifier }), 303);
  } catch (err) {
    if (!hasCode(err, 'provider.unreachable')) throw err;
    deps.log.warn({ err, provider: id }, 'a provider cannot be reached');
    return c.html(notEnteredPage(shellOf(c, deps), { provider: provider.name, why: 'away' }).toString(), 503);
  }
}

async function comeBack(c: CompartmentContext, deps: FederationDeps, id: string): Promise<Response> {
  const provider = await usable(deps, id);
  const shell = shellOf(c, deps);
  const state = c.req.query('state') ?? '';
  const { browser } = visitorFrom(c);
  const flow = STATE.test(state) && browser !== null ? deps.flows.take(state, browser) : null;
  const address = new URL(c.env.incoming.url ?? '', deps.origin);
  const isOurs = flow?.providerId === id;
  const person = isOurs ? await readAnswer(deps, provider, { address, state, nonce: flow.nonce, verifier: flow.verifier }) : null;
  if (!flow || !person) return c.html(notEnteredPage(shell, { provider: provider.name, why: 'refused' }).toString(), 403);
  const next = deps.flows.begin({ ...flow, person });
  return c.html(enterPage(shell, { provider, name: person.name, state: next }).toString());
}

async function enter(c: CompartmentContext, deps: FederationDeps): Promise<Response> {
  const form = readForm(c, z.object({ state: z.string().regex(STATE) }));
  const shell = shellOf(c, deps);
  const visitor = visitorFrom(c);
  const flow = form.ok && visitor.browser !== null ? deps.flows.take(form.value.state, visitor.browser) : null;
  if (!flow?.person) return c.html(notEnteredPage(shell, { provider: '—', why: 'refused' }).toString(), 403);
  const provider = await usable(deps, flow.providerId);
  const acting = { ...deps, db: deps.database.read, transact: transactFor(c, deps.database) };
  const entry = await enterByProvider(acting, provider, { person: flow.person, visitor });
  if (entry.kind === 'nobody') return c.html(notEnteredPage(shell, { provider: provider.name, why: 'nobody' }).toString(), 403);
  c.header(SESSION_STARTED_HEADER, entry.sessionId);
  return c.redirect(destinationOf(flow.errand), 303);
}

async function usable(deps: FederationDeps, id: string): Promise<IdentityProvider> {
  const provider = await getProvider(deps.database.read, id);
  if (provider.disabledAt === null) return provider;
  throw new EstateError('request.not_found', 'finding a provider: it is out of use');
}

function addProviderPages(app: CompartmentApp, deps: FederationDeps): void {
  app.get('/providers', async (c) => {
    const { shell } = await administer(c, deps, '/providers');
    const words = deps.directories.wordsIn(shell.language);
    const [providers, directories] = [await listProviders(deps.database.read), await deps.directories.list()];
    return c.html(providersPage(shell, { providers, directories, words }).toString());
  });
  app.get('/providers/new', async (c) => {
    const { shell } = await administer(c, deps, '/providers/new');
    return show(c, deps, shell, { provider: null, typed: EMPTY });
  });
  app.post('/providers', (c) => save(c, deps, null));
  app.get('/providers/:id', async (c) => {
    const provider = await getProvider(deps.database.read, c.req.param('id'));
    const { shell } = await administer(c, deps, `/providers/${provider.id}`);
    return show(c, deps, shell, { provider, typed: typedOf(provider), isSaved: c.req.query('done') === 'saved' });
  });
  app.post('/providers/:id', (c) => save(c, deps, c.req.param('id')));
  for (const what of ['disable', 'enable'] as const) {
    app.post(`/providers/:id/${what}`, async (c) => {
      const { id } = await getProvider(deps.database.read, c.req.param('id'));
      const { shell } = await administer(c, deps, `/providers/${id}`);
      readForm(c, z.object({}));
      await disableProvider({ transact: transactFor(c, deps.database), now: deps.now }, id, what === 'disable');
      return c.redirect(keepLanguage(shell, `/providers/${id}?done=saved`), 303);
    });
  }
}

const EMPTY: ProviderTyped = {
  id: '',
  name: '',
  delegationId: '',
  issuer: '',
  clientId: '',
  emailDomains: '',
  roleClaim: 'groups',
  roleMap: '',
  addsAccounts: false,
  vouchesForAddresses: false,
};

async function save(c: CompartmentContext, deps: FederationDeps, id: string | null): Promise<Response> {
  const { shell, person } = await administer(c, deps, id === null ? '/providers/new' : `/providers/${id}`);
  const provider = id === null ? null : await getProvider(deps.database.read, id);
  const form = readForm(c, typedSchema, LIMITS);
  if (!form.ok) throw new EstateError('input.invalid', 'setting up a provider: the form cannot be read');
  const { secret, ...rest } = form.value;
  const typed = {
    ...rest,
    id: id ?? rest.id,
    addsAccounts: rest.addsAccounts === 'yes',
    vouchesForAddresses: rest.vouchesForAddresses === 'yes',
  };
  const words = federationWords(shell.language);
  const again = (faults: Record<string, string>) => {
    c.status(422);
    return show(c, deps, shell, { provider, typed, faults });
  };
  const delegations = (await listActiveDelegations(deps.database.read)).map((one) => one.id);
  const read = readProvider(typed, { ...deps, delegations });
  if ('faults' in read)
    return again(Object.fromEntries(read.faults.map((field) => [field, `${words[field]}: ${words.lookAgain}`])));
  if (id === null && secret === '') return again({ secret: `${words.secret}: ${words.lookAgain}` });
  const acting = { ...deps, db: deps.database.read, transact: transactFor(c, deps.database) };
  const outcome = await saveProvider(acting, read.wish, { secret, by: person.accountId, isNew: id === null });
  if (outcome === 'taken') return again({ id: words.taken });
  return c.redirect(keepLanguage(shell, `/providers/${read.wish.id}?done=saved`), 303);
}

async function show(
  c: CompartmentContext,
  deps: FederationDeps,
  shell: Shell,
  given: Pick<ProviderShown, 'provider' | 'typed'> & Partial<ProviderShown>,
): Promise<Response> {
  const delegations = (await listActiveDelegations(deps.database.read)).map((one) => ({
    value: one.id,
    text: nameIn(one.names, shell.language),
  }));
  const callback = callbackOf(deps, given.typed.id);
  return c.html(providerPage(shell, { faults: {}, isSaved: false, ...given, delegations, callback }).toString());
}

/** @throws EstateError `request.forbidden` */
async function administer(c: CompartmentContext, deps: FederationDeps, at: string) {
  const entered = await enterAs(c, deps, at);
  if (isAdministrator(entered.account)) return entered;
  throw new EstateError('request.forbidden', 'setting up providers: whoever asks administers none');
}

function typedOf(provider: IdentityProvider): ProviderTyped {
  return { ...provider, emailDomains: provider.emailDomains.join(' '), roleMap: writeRoleMap(provider.roleMap) };
}

function callbackOf({ origin }: Pick<FederationDeps, 'origin'>, id: string): string {
  return `${origin}/federation/${id}/callback`;
}

function errandOf(c: CompartmentContext, deps: FederationDeps): Errand | null {
  return readErrand({ to: c.req.query('to'), path: c.req.query('path'), nonce: c.req.query('nonce') }, deps.hosts);
}

function shellOf(c: CompartmentContext, { site }: Pick<FederationDeps, 'site'>): Shell {
  return makeShell({ site, query: c.req.query('lang'), language: c.var.language, at: '/federation' });
}
