import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, readForm, requirePerson, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { answerPage, moduleOf, visitOf } from '#site/answer.ts';
import { linkTo, type Site } from '#site/site.rules.ts';
import type { Courier } from './delivery.actions.ts';
import {
  endWebhook,
  listFor,
  readWebhook,
  registerWebhook,
  renewSecret,
  startWebhook,
  stopWebhook,
  tryWebhook,
  type WriteDeps,
} from './webhook.actions.ts';
import { type ShownWebhooks, webhookPage, webhooksPage } from './webhook.views.ts';

type Deps = {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly now: Now;
  readonly newId: () => string;
  readonly sealingKey: Uint8Array;
  readonly courier: Courier;
};

const NOTHING = z.object({});
const wishSchema = z.object({
  module: z.string().max(60),
  query: z.string().max(4000).default(''),
  url: z.string().max(1000).default(''),
});
const FAULTS = { url: 'faultUrl', query: 'faultQuery', 'too many': 'faultMany' } as const;

/** Addresses outside that are told of changes: registered, listed with what they were told, and the round that tells them. */
export function addWebhookRoutes(app: CompartmentApp, deps: Deps): void {
  addRegistering(app, deps);
  addOneWebhook(app, deps);
  app.post('/.bulkhead/jobs/webhooks.send', async (c) => {
    if (!c.var.token) throw new EstateError('token.missing', 'telling addresses outside: the call carries no token');
    const taken = deps.site.isReadOnly ? 0 : await deps.courier.runRound(transactFor(c, deps.database));
    return c.json({ ok: true, taken });
  });
}

function addRegistering(app: CompartmentApp, deps: Deps): void {
  const { site, database } = deps;
  const show = async (c: CompartmentContext, shown: Pick<ShownWebhooks, 'typed' | 'fault'>) => {
    const visit = visitOf(c, site);
    const hooks = await listFor({ db: database.read }, visit.viewer);
    return answerPage(c, webhooksPage(visit, { ...shown, hooks }), shown.fault === null ? 200 : 422);
  };
  app.get('/webhooks', (c) => {
    const typed = { module: c.req.query('module') ?? '', query: (c.req.query('query') ?? '').slice(0, 4000), url: '' };
    if (typed.query !== '') moduleOf(site, typed.module);
    return show(c, { typed, fault: null });
  });
  app.post('/webhooks', async (c) => {
    const { accountId } = requirePerson(c);
    requireOpen(site);
    const form = readForm(c, wishSchema);
    if (!form.ok) throw new EstateError('input.invalid', 'registering a webhook: the form cannot be read');
    const typed = form.value;
    const { viewer } = visitOf(c, site);
    const wish = { ...typed, module: moduleOf(site, typed.module), url: typed.url.trim() };
    const made = await registerWebhook(writing(c, deps), wish, { ...viewer, accountId });
    if (made.kind === 'refused') return show(c, { typed, fault: FAULTS[made.fault] });
    return showOne(c, deps, made.id, made.secret);
  });
}

async function showOne(c: CompartmentContext, { site, database }: Deps, id: string, secret: string | null): Promise<Response> {
  const visit = visitOf(c, site);
  const { hook, deliveries } = await readWebhook({ db: database.read }, id, visit.viewer);
  return answerPage(c, webhookPage(visit, { hook, deliveries, secret }));
}

function addOneWebhook(app: CompartmentApp, deps: Deps): void {
  const { site } = deps;
  const act = (path: string, run: (acting: WriteDeps, id: string, viewer: Viewer) => Promise<void>, leadsTo?: string) =>
    app.post(`/webhooks/:id/${path}`, async (c) => {
      requirePerson(c);
      requireOpen(site);
      readForm(c, NOTHING);
      const visit = visitOf(c, site);
      const id = c.req.param('id') ?? '';
      await run(writing(c, deps), id, visit.viewer);
      return c.redirect(linkTo(visit, leadsTo ?? `/webhooks/${id}`), 303);
    });
  app.get('/webhooks/:id', (c) => showOne(c, deps, c.req.param('id'), null));
  act('stop', stopWebhook);
  act('start', startWebhook);
  act('test', tryWebhook);
  act('delete', endWebhook, '/webhooks');
  app.post('/webhooks/:id/secret', async (c) => {
    requirePerson(c);
    requireOpen(site);
    readForm(c, NOTHING);
    const id = c.req.param('id');
    return showOne(c, deps, id, await renewSecret(writing(c, deps), id, visitOf(c, site).viewer));
  });
}

function writing(c: CompartmentContext, { database, now, newId, sealingKey }: Deps): WriteDeps {
  return { db: database.read, transact: transactFor(c, database), now, newId, sealingKey };
}

function requireOpen(site: Site): void {
  if (site.isReadOnly) throw new EstateError('compartment.read_only', 'keeping a webhook');
}
