import { SESSION_ENDED_HEADER } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, readForm, requirePerson, transactFor } from '@bulkhead/web';
import { decodeJwt, errors } from 'jose';
import { z } from 'zod';
import { findUsableClient } from '#client/client.actions.ts';
import type { Client } from '#client/client.rules.ts';
import type { Schema } from '#schema.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { closeSessions } from '#session/session.actions.ts';
import { askedLanguage, keepLanguage, type Site } from '#site/shell.rules.ts';
import { enterAs } from '#visit/enter.actions.ts';
import { type ConsentAsked, giveConsent, listConnections, readConsentAsked, takeConsentBack } from './consent.actions.ts';
import { sendTo, shellOf, showHop } from './provider.routes.ts';
import { connectionsPage, consentPage, faultPage, logoutPage } from './provider.views.ts';
import { PATHS, queryAfterConsent, queryOf } from './token.rules.ts';

type Deps = {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly feed: ChangeFeed;
  readonly issuer: string;
  readonly now: Now;
};

const LONGEST_QUERY = 4000;
const consentSchema = z.object({ query: z.string().max(LONGEST_QUERY), answer: z.enum(['allow', 'refuse']) });
const text = z.string().max(2048).optional();
const logoutSchema = z.object({
  client_id: text,
  id_token_hint: z.string().max(8192).optional(),
  post_logout_redirect_uri: text,
  state: text,
  answer: z.enum(['yes', 'no']),
});
type LogoutAsked = Omit<z.infer<typeof logoutSchema>, 'answer'>;
const LOGOUT_FIELDS = ['client_id', 'id_token_hint', 'post_logout_redirect_uri', 'state'] as const;

/** Where people say what software may know of them, and where they leave it. */
export function addConsentRoutes(app: CompartmentApp, deps: Deps): void {
  app.get(PATHS.consent, async (c) => {
    const query = queryOf(c.env.incoming.url ?? '');
    const { shell } = await enterAs(c, deps, PATHS.consent);
    const asked = await readConsentAsked(deps.database.read, query);
    if (!asked) return c.html(faultPage(shell, NOT_REGISTERED).toString(), 400);
    const shown = { clientName: asked.client.name, scopes: asked.scopes, query: query.toString() };
    return c.html(consentPage({ ...shell, at: `${PATHS.consent}?${query.toString()}` }, shown).toString());
  });
  app.post(PATHS.consent, (c) => answerConsent(c, deps));
  app.get(PATHS.endSession, (c) => showLogout(c, deps));
  app.post(PATHS.endSession, (c) => answerLogout(c, deps));
  app.get('/connections', async (c) => {
    const { shell, person } = await enterAs(c, deps, '/connections');
    const connections = await listConnections(deps.database.read, person.accountId);
    return c.html(connectionsPage(shell, { connections, isTakenBack: c.req.query('done') === 'taken-back' }).toString());
  });
  app.post('/connections/:id/end', async (c) => {
    const { accountId } = requirePerson(c);
    readForm(c, z.object({}));
    await takeConsentBack({ transact: transactFor(c, deps.database) }, accountId, c.req.param('id'));
    const asked = askedLanguage(c.req.query('lang'));
    return c.redirect(keepLanguage({ asked }, '/connections?done=taken-back'), 303);
  });
}

const NOT_REGISTERED = { error: 'invalid_redirect_uri', description: 'the client or its redirect_uri is not registered' };

async function answerConsent(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { shell, person } = await enterAs(c, deps, PATHS.consent);
  const form = readForm(c, consentSchema, { maxBytes: 8192 });
  if (!form.ok) throw new EstateError('input.invalid', 'consenting: the form does not say to what');
  const query = new URLSearchParams(form.value.query);
  const asked = await readConsentAsked(deps.database.read, query);
  if (!asked) return c.html(faultPage(shell, NOT_REGISTERED).toString(), 400);
  if (form.value.answer === 'refuse') return sendTo(c, shell, refusalAddress(asked, query, deps.issuer));
  const { read: db } = deps.database;
  await giveConsent({ db, transact: transactFor(c, deps.database), now: deps.now }, person.accountId, asked);
  return c.redirect(`${PATHS.authorization}?${queryAfterConsent(query)}`, 303);
}

/** The client is told that the person did not want it (RFC 6749, 4.1.2.1), and by whom (RFC 9207). */
function refusalAddress({ redirectUri }: ConsentAsked, query: URLSearchParams, issuer: string): string {
  const address = new URL(redirectUri);
  address.searchParams.set('error', 'access_denied');
  address.searchParams.set('error_description', 'the person did not allow it');
  const state = query.get('state');
  if (state !== null) address.searchParams.set('state', state);
  address.searchParams.set('iss', issuer);
  return address.href;
}

/** OpenID Connect RP-Initiated Logout 1.0; a person always decides, so that no page elsewhere can sign anybody out. */
async function showLogout(c: CompartmentContext, deps: Deps): Promise<Response> {
  const query = queryOf(c.env.incoming.url ?? '');
  const fields = Object.fromEntries(
    LOGOUT_FIELDS.flatMap((name) => {
      const value = query.get(name);
      return value === null || value.length > 8192 ? [] : [[name, value]];
    }),
  );
  const client = await clientOf(deps, fields);
  if (c.var.claims.accountId === null) {
    const address = addressAfterLogout(client, fields);
    return address === null ? c.redirect('/sign-in?done=signed-out', 303) : c.redirect(address, 303);
  }
  const { shell } = await enterAs(c, deps, `${PATHS.endSession}?${query.toString()}`);
  return c.html(logoutPage(shell, { clientName: client?.name ?? null, fields }).toString());
}

async function answerLogout(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { accountId, sessionId } = requirePerson(c);
  const form = readForm(c, logoutSchema, { maxBytes: 16_384 });
  if (!form.ok) throw new EstateError('input.invalid', 'signing out: the form cannot be read');
  if (form.value.answer === 'no') return c.redirect('/', 303);
  const changing = { transact: transactFor(c, deps.database), feed: deps.feed, now: deps.now };
  await closeSessions(changing, { accountId, only: sessionId, by: 'person' });
  c.header(SESSION_ENDED_HEADER, sessionId);
  const address = addressAfterLogout(await clientOf(deps, form.value), form.value);
  return address === null ? c.redirect('/sign-in?done=signed-out', 303) : showHop(c, shellOf(c, deps.site), address);
}

// The hint only says which client asks, and that client's registered addresses are all that a person can be sent to.
async function clientOf(deps: Deps, asked: LogoutAsked): Promise<Client | null> {
  const hinted = asked.id_token_hint === undefined ? undefined : audienceOf(asked.id_token_hint);
  const id = asked.client_id ?? hinted;
  if (id === undefined || (hinted !== undefined && hinted !== id)) return null;
  return (await findUsableClient(deps.database.read, id)) ?? null;
}

function audienceOf(token: string): string | undefined {
  try {
    const { aud } = decodeJwt(token);
    return typeof aud === 'string' ? aud : aud?.[0];
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

function addressAfterLogout(client: Client | null, asked: LogoutAsked): string | null {
  const uri = asked.post_logout_redirect_uri;
  if (uri === undefined || !client?.logoutRedirectUris.includes(uri)) return null;
  const address = new URL(uri);
  if (asked.state !== undefined) address.searchParams.set('state', asked.state);
  return address.href;
}
