import { EstateError } from '@bulkhead/kernel';
import { type CompartmentApp, type CompartmentContext, readForm, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import { readBearerWish } from '#bearer/bearer.rules.ts';
import { tellBearerFault } from '#bearer/bearer.words.ts';
import { getDelegationById } from '#delegation/delegation.actions.ts';
import { nameIn } from '#delegation/delegation.rules.ts';
import { isAdministrator } from '#role/role.rules.ts';
import { keepLanguage } from '#site/shell.rules.ts';
import { type EnterDeps, enterAs } from '#visit/enter.actions.ts';
import { endScimToken, listTokensOf, makeScimToken } from './scim-token.actions.ts';
import { type ScimTokensShown, scimTokensPage } from './scim-token.views.ts';

type Deps = EnterDeps & {
  readonly origin: string;
  readonly newId: () => string;
  readonly randomBytes: (size: number) => Buffer;
};

const typedSchema = z.object({ name: z.string().max(200).default(''), until: z.string().max(20).default('') });
/** The page of a delegation on which an administrator makes and ends the tokens of its directory. */
export function addScimTokenRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/delegations/:id/scim', (c) => show(c, deps, { isEnded: c.req.query('done') === 'ended' }));
  app.post('/delegations/:id/scim', async (c) => {
    const { shell, person, delegation } = await administer(c, deps);
    const form = readForm(c, typedSchema);
    if (!form.ok) throw new EstateError('input.invalid', 'making a token of a directory: the form cannot be read');
    const typed = form.value;
    const wish = readBearerWish(typed, deps.now());
    if ('fault' in wish) {
      c.status(422);
      return show(c, deps, { typed, faults: tellBearerFault(wish.fault, shell.language) });
    }
    const made = { ...wish, delegationId: delegation.id, by: person.accountId };
    const secret = await makeScimToken({ ...deps, transact: transactFor(c, deps.database) }, made);
    if (secret !== null) return show(c, deps, { secret });
    c.status(409);
    return show(c, deps, { typed, isFull: true });
  });
  app.post('/delegations/:id/scim/:token/end', async (c) => {
    const { shell, delegation } = await administer(c, deps);
    readForm(c, z.object({}));
    const acting = { transact: transactFor(c, deps.database), now: deps.now };
    await endScimToken(acting, delegation.id, c.req.param('token'));
    return c.redirect(keepLanguage(shell, `/delegations/${delegation.id}/scim?done=ended`), 303);
  });
}

async function show(c: CompartmentContext, deps: Deps, given: Partial<ScimTokensShown>): Promise<Response> {
  const { shell, delegation } = await administer(c, deps);
  const tokens = await listTokensOf(deps.database.read, delegation.id);
  const usual = { typed: { name: '', until: '' }, faults: {}, secret: null, isEnded: false, isFull: false };
  const about = { id: delegation.id, name: nameIn(delegation.names, shell.language) };
  const shown = { ...usual, ...given, delegation: about, tokens, address: `${deps.origin}/scim/v2`, now: deps.now() };
  return c.html(scimTokensPage(shell, shown).toString());
}

/** @throws EstateError `request.forbidden`, `request.not_found` */
async function administer(c: CompartmentContext, deps: Deps) {
  const id = c.req.param('id') ?? '';
  const entered = await enterAs(c, deps, `/delegations/${encodeURIComponent(id)}/scim`);
  if (!isAdministrator(entered.account))
    throw new EstateError('request.forbidden', 'making tokens of directories: whoever asks administers not all accounts');
  return { ...entered, delegation: await getDelegationById(deps.database.read, id) };
}
