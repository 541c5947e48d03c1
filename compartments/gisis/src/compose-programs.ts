import { randomBytes } from 'node:crypto';
import type { Log, Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type Ask, type CompartmentApp, createAsk, type Html, html } from '@bulkhead/web';
import { addApiRoutes } from '#api/api.routes.ts';
import { addApiWrites } from '#api/write.routes.ts';
import type { Module } from '#declaration/module.rules.ts';
import { addFeedRoutes } from '#feed/feed.routes.ts';
import { followView } from '#feed/feed.views.ts';
import type { Query } from '#list/query.rules.ts';
import { countOwnSearches } from '#saved-search/search.actions.ts';
import { addSearchRoutes } from '#saved-search/search.routes.ts';
import { saveLink, searchesSummary } from '#saved-search/search.views.ts';
import type { Schema } from '#schema.ts';
import type { Site, Visit } from '#site/site.rules.ts';
import { Courier } from '#webhook/delivery.actions.ts';
import { listStopped } from '#webhook/webhook.actions.ts';
import { addWebhookRoutes } from '#webhook/webhook.routes.ts';
import { stoppedNotice, webhookLink } from '#webhook/webhook.views.ts';
import { addTidying } from './tidy.ts';

export type ProgramOptions = {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly newId: () => string;
  readonly now: Now;
  readonly log: Log;
  /** From which the secrets of webhooks follow; drawn anew unless told. */
  readonly sealingKey?: Buffer;
  /** Asks servers outside; the real way unless told. */
  readonly ask?: Ask;
};
/** What stands beside a list, and on the page of what concerns somebody. */
export type BesidePages = {
  readonly ofList: (visit: Visit, module: Module, query: Query) => Html;
  readonly forYou: (visit: Visit) => Promise<Html>;
};

/** Adds what programs use, and what people need to be told of changes: writes, feeds, saved searches, webhooks. */
export function composePrograms(app: CompartmentApp, options: ProgramOptions): BesidePages {
  const { site, database, newId, now, log } = options;
  const { modules, origin } = site;
  const db = database.read;
  const sealingKey = options.sealingKey ?? randomBytes(32);
  const ask = options.ask ?? createAsk({ mayBeInner: false });
  const courier = new Courier({ db, modules, ask, origin, sealingKey, newId, now, log });
  addApiRoutes(app, { site, db, now });
  addApiWrites(app, { site, database, now });
  addFeedRoutes(app, { site, db, now });
  addSearchRoutes(app, { site, database, now, newId, newSecret: () => randomBytes(32).toString('base64url') });
  addWebhookRoutes(app, { site, database, now, newId, sealingKey, courier });
  addTidying(app, { database, now, courier, isReadOnly: site.isReadOnly });
  return {
    ofList: (visit, module, query) =>
      html`${followView(visit, module, query)}${saveLink(visit, module, query)}${webhookLink(visit, module, query)}`,
    forYou: async (visit) => {
      const counted = await countOwnSearches({ db, modules, now }, visit.viewer);
      return html`${stoppedNotice(visit, await listStopped({ db }, visit.viewer))}${searchesSummary(visit, counted)}`;
    },
  };
}
