import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, readForm, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import type { KeyRing } from '#key/key.actions.ts';
import { isAdministrator } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import { keepLanguage, type Shell, type Site } from '#site/shell.rules.ts';
import { enterAs } from '#visit/enter.actions.ts';
import { changeClient, disableClient, getClient, listClients, registerClient, replaceSecret } from './client.actions.ts';
import { type Client, type ClientField, type ClientTyped, readClient, SCOPES } from './client.rules.ts';
import { clientPage, clientsPage, newClientPage } from './client.views.ts';
import { type ClientWord, tellClientFault } from './client.words.ts';

type Deps = {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly keys: KeyRing;
  readonly issuer: string;
  readonly discovery: string;
  readonly mayBeInner: boolean;
  readonly randomBytes: (size: number) => Buffer;
  readonly now: Now;
};

const line = z.string().max(600).default('');
const lines = z.string().max(9000).default('');
const many = z.array(z.string().max(40)).max(10);
const typedSchema = z.object({
  id: line,
  name: line,
  authentication: line,
  jwks: lines,
  redirectUris: lines,
  logoutRedirectUris: lines,
  backchannelLogoutUri: line,
  scopes: many,
  resources: lines,
  idTokenAlg: line,
  asksConsent: z.string().max(5).optional(),
});
const FIELDS = {
  maxBytes: 32_768,
  lists: ['scopes'],
  multiline: ['jwks', 'redirectUris', 'logoutRedirectUris', 'resources'],
} as const;
const NO_FIELDS = z.object({});
const EMPTY: ClientTyped = {
  id: '',
  name: '',
  authentication: 'client_secret_basic',
  jwks: '',
  redirectUris: '',
  logoutRedirectUris: '',
  backchannelLogoutUri: '',
  scopes: SCOPES.filter((scope) => scope !== 'roles'),
  resources: '',
  idTokenAlg: 'RS256',
  asksConsent: true,
};

/** The pages on which an administrator registers other software. */
export function addClientRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/clients', async (c) => {
    const { shell } = await enter(c, deps, '/clients');
    const [clients, keys] = await Promise.all([listClients(deps.database.read), deps.keys.list()]);
    const { discovery } = deps;
    return c.html(clientsPage(shell, { clients, keys, discovery, areKeysNew: c.req.query('done') === 'keys' }).toString());
  });
  app.get('/clients/new', async (c) => {
    const { shell } = await enter(c, deps, '/clients/new');
    return c.html(newClientPage(shell, { typed: EMPTY, faults: {} }).toString());
  });
  app.post('/clients', (c) => answerRegistration(c, deps));
  app.get('/clients/:id', async (c) => {
    const id = c.req.param('id');
    const { shell } = await enter(c, deps, `/clients/${id}`);
    const client = await getClient(deps.database.read, id);
    const news = NEWS[c.req.query('done') ?? ''] ?? null;
    return c.html(clientPage(shell, { client, typed: typedOf(client), faults: {}, news, secret: null }).toString());
  });
  app.post('/clients/:id', (c) => answerChange(c, deps, c.req.param('id')));
  app.post('/clients/:id/secret', async (c) => {
    const id = c.req.param('id');
    const { shell } = await enter(c, deps, `/clients/${id}`);
    readForm(c, NO_FIELDS);
    const secret = await replaceSecret(acting(c, deps), id);
    return showClient(c, deps, { shell, id, news: null, secret });
  });
  for (const what of ['disable', 'enable'] as const) {
    app.post(`/clients/:id/${what}`, async (c) => {
      const id = c.req.param('id');
      const { shell } = await enter(c, deps, `/clients/${id}`);
      readForm(c, NO_FIELDS);
      await disableClient(acting(c, deps), id, what === 'disable');
      return c.redirect(keepLanguage(shell, `/clients/${id}?done=${what}d`), 303);
    });
  }
  app.post('/signing-keys/replace', async (c) => {
    const { shell } = await enter(c, deps, '/clients');
    readForm(c, NO_FIELDS);
    await deps.keys.replaceAll(transactFor(c, deps.database));
    return c.redirect(keepLanguage(shell, '/clients?done=keys'), 303);
  });
}

const NEWS: Readonly<Record<string, ClientWord>> = { saved: 'saved', disabled: 'disabledNow', enabled: 'enabledNow' };

async function answerRegistration(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { shell, person } = await enter(c, deps, '/clients/new');
  const typed = readTyped(c);
  const read = readClient(typed, deps);
  if ('faults' in read) return c.html(newClientPage(shell, { typed, faults: tell(read.faults, shell) }).toString(), 422);
  const done = await registerClient(acting(c, deps), read.wish, person.accountId);
  if (done.kind === 'taken') return c.html(newClientPage(shell, { typed, faults: tell({ id: 'taken' }, shell) }).toString(), 409);
  return showClient(c, deps, { shell, id: read.wish.id, news: 'saved', secret: done.secret });
}

async function answerChange(c: CompartmentContext, deps: Deps, id: string): Promise<Response> {
  const { shell } = await enter(c, deps, `/clients/${id}`);
  const client = await getClient(deps.database.read, id);
  const typed = { ...readTyped(c), id };
  const read = readClient(typed, deps);
  if ('faults' in read) {
    const faults = tell(read.faults, shell);
    return c.html(clientPage(shell, { client, typed, faults, news: null, secret: null }).toString(), 422);
  }
  const { secret } = await changeClient(acting(c, deps), read.wish);
  return showClient(c, deps, { shell, id, news: 'saved', secret });
}

// A secret is shown in the answer that makes it: no address leads to it again.
async function showClient(
  c: CompartmentContext,
  deps: Deps,
  given: { readonly shell: Shell; readonly id: string; readonly news: ClientWord | null; readonly secret: string | null },
): Promise<Response> {
  const { shell, id, news, secret } = given;
  const client = await getClient(deps.database.read, id);
  const at = { ...shell, at: `/clients/${id}` };
  return c.html(clientPage(at, { client, typed: typedOf(client), faults: {}, news, secret }).toString());
}

/** @throws EstateError `request.forbidden` unless the account administers all of the estate's accounts at this moment */
async function enter(c: CompartmentContext, deps: Deps, at: string) {
  const entered = await enterAs(c, deps, at);
  if (isAdministrator(entered.account)) return entered;
  throw new EstateError('request.forbidden', 'registering software: whoever asks administers none');
}

function acting(c: CompartmentContext, deps: Deps) {
  return { ...deps, db: deps.database.read, transact: transactFor(c, deps.database) };
}

function readTyped(c: CompartmentContext): ClientTyped {
  const form = readForm(c, typedSchema, FIELDS);
  if (!form.ok) throw new EstateError('input.invalid', 'registering software: the form cannot be read');
  return { ...form.value, asksConsent: form.value.asksConsent === 'yes' };
}

function typedOf(client: Client): ClientTyped {
  return {
    id: client.id,
    name: client.name,
    authentication: client.authentication,
    jwks: client.jwks === null ? '' : JSON.stringify(client.jwks, null, 1),
    redirectUris: client.redirectUris.join('\n'),
    logoutRedirectUris: client.logoutRedirectUris.join('\n'),
    backchannelLogoutUri: client.backchannelLogoutUri ?? '',
    scopes: client.scopes,
    resources: client.resources.join('\n'),
    idTokenAlg: client.idTokenAlg,
    asksConsent: client.asksConsent,
  };
}

function tell(faults: Partial<Record<ClientField, string>>, shell: Shell): Record<string, string> {
  return Object.fromEntries(Object.entries(faults).map(([field, fault]) => [field, tellClientFault(fault, shell.language)]));
}
