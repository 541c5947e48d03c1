import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, readForm, requirePerson, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import { tellBearerFault } from '#bearer/bearer.words.ts';
import { type OfferedRole, writeRole } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import { keepLanguage, type Site } from '#site/shell.rules.ts';
import { enterAs } from '#visit/enter.actions.ts';
import { describeToken, endToken, listOwnTokens, makeToken, type TokenDesk } from './api-token.actions.ts';
import { carriable, readTokenWish } from './api-token.rules.ts';
import { apiTokensPage, type TokensShown } from './api-token.views.ts';
import { apiTokenWords } from './api-token.words.ts';

type Deps = {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly desk: TokenDesk;
  readonly offered: readonly OfferedRole[];
  readonly newId: () => string;
  readonly randomBytes: (size: number) => Buffer;
  readonly now: Now;
};

const typedSchema = z.object({
  name: z.string().max(200).default(''),
  scopes: z.array(z.string().max(100)).max(50),
  access: z.string().max(10).default('read'),
  until: z.string().max(20).default(''),
});
const EMPTY = { name: '', scopes: [], access: 'read', until: '' };
/** One's own API tokens; what the gateway asks of them; and who a token is, for whoever tries one out. */
export function addApiTokenRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/.identity/api-tokens/:hash', async (c) => {
    const hash = c.req.param('hash');
    const token = /^[0-9a-f]{64}$/.test(hash) ? await deps.desk.find(hash) : null;
    if (!token) throw new EstateError('request.not_found', 'finding an API token: none with this hash is good');
    return c.json(token);
  });
  app.get('/api/whoami', async (c) => {
    const { accountId, sessionId, displayName } = requirePerson(c);
    const token = await describeToken(deps.database.read, { accountId, sessionId, now: deps.now() });
    return c.json({ account: accountId, name: displayName, delegation: c.var.claims.delegation, token });
  });
  app.get('/api-tokens', (c) => show(c, deps, { isEnded: c.req.query('done') === 'ended' }));
  app.post('/api-tokens', async (c) => {
    const { account, shell } = await enterAs(c, deps, '/api-tokens');
    const form = readForm(c, typedSchema, { lists: ['scopes'] });
    if (!form.ok) throw new EstateError('input.invalid', 'making an API token: the form cannot be read');
    const typed = form.value;
    const wish = readTokenWish(typed, account.roles, deps.now());
    if ('fault' in wish) {
      const { language } = shell;
      const faults =
        wish.fault === 'scopes' ? { scopes: apiTokenWords(language).faultScopes } : tellBearerFault(wish.fault, language);
      c.status(422);
      return show(c, deps, { typed, faults });
    }
    const secret = await makeToken({ ...deps, transact: transactFor(c, deps.database) }, account.id, wish);
    return show(c, deps, { secret });
  });
  app.post('/api-tokens/:id/end', async (c) => {
    const { accountId } = requirePerson(c);
    const { shell } = await enterAs(c, deps, '/api-tokens');
    readForm(c, z.object({}));
    await endToken({ transact: transactFor(c, deps.database), now: deps.now }, accountId, c.req.param('id'));
    return c.redirect(keepLanguage(shell, '/api-tokens?done=ended'), 303);
  });
}

async function show(c: CompartmentContext, deps: Deps, given: Partial<TokensShown>): Promise<Response> {
  const { account, shell } = await enterAs(c, deps, '/api-tokens');
  const own = new Set(account.roles.map(writeRole));
  const held = carriable(deps.offered).filter((role) => own.has(writeRole(role)));
  const tokens = await listOwnTokens(deps.database.read, account.id);
  const usual = { typed: EMPTY, faults: {}, secret: null, isEnded: false };
  return c.html(apiTokensPage(shell, { ...usual, ...given, tokens, held, offered: deps.offered, now: deps.now() }).toString());
}
