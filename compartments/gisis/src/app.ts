import { randomBytes, randomUUID } from 'node:crypto';
import type { BlobStore } from '@bulkhead/blobs';
import { type Estate, originUrl, type Trust } from '@bulkhead/contracts';
import type { Log, Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type Ask, type CompartmentApp, createAsk, createCompartmentApp, html } from '@bulkhead/web';
import { addApiRoutes } from '#api/api.routes.ts';
import { addApiWrites } from '#api/write.routes.ts';
import { addChartRoutes } from '#chart/chart.routes.ts';
import type { Module } from '#declaration/module.rules.ts';
import { addDutyRoutes } from '#duty/duty.routes.ts';
import { findVersion } from '#export/export.actions.ts';
import { addExportRoutes } from '#export/export.routes.ts';
import { addFeedRoutes } from '#feed/feed.routes.ts';
import { followView } from '#feed/feed.views.ts';
import { addIntakeRoutes } from '#intake/intake.routes.ts';
import { addListRoutes } from '#list/list.routes.ts';
import type { Query } from '#list/query.rules.ts';
import { addMapRoutes } from '#map/map.routes.ts';
import { MODULES } from '#modules/modules.ts';
import { OVERVIEWS } from '#modules/overviews.ts';
import { addOverviewRoutes } from '#overview/overview.routes.ts';
import { addRecordRoutes } from '#record/record.routes.ts';
import { countOwnSearches } from '#saved-search/search.actions.ts';
import { addSearchRoutes } from '#saved-search/search.routes.ts';
import { saveLink, searchesSummary } from '#saved-search/search.views.ts';
import type { Schema } from '#schema.ts';
import { addStanding } from '#sight/authority.routes.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { readHome } from '#site/home.actions.ts';
import { addSiteRoutes } from '#site/site.routes.ts';
import type { Site, Visit } from '#site/site.rules.ts';
import { Courier } from '#webhook/delivery.actions.ts';
import { listStopped } from '#webhook/webhook.actions.ts';
import { addWebhookRoutes } from '#webhook/webhook.routes.ts';
import { stoppedNotice, webhookLink } from '#webhook/webhook.views.ts';
import { manifest } from './compartment.ts';
import { addTidying } from './tidy.ts';

export type AppOptions = {
  readonly estate: Estate;
  readonly trust: Pick<Trust, 'gatewayKeys' | 'jobKeys'>;
  readonly internalSecret: string;
  readonly database: Database<Schema>;
  readonly blobs: BlobStore;
  /** Where files that were sent lie while they are looked at; emptied by whoever starts the process. */
  readonly scratchDirectory: string;
  readonly mode: 'open' | 'read-only';
  readonly log: Log;
  /** The wall clock unless told. */
  readonly now?: Now;
  /** From which the secrets of webhooks follow; drawn anew unless told. */
  readonly sealingKey?: Buffer;
  /** Asks servers outside; the real way unless told. */
  readonly ask?: Ask;
};

/** Builds the compartment over its database. */
export function createApp(options: AppOptions): CompartmentApp {
  const { estate, trust, internalSecret, database, blobs, scratchDirectory, mode, log } = options;
  const now = options.now ?? (() => new Date());
  const db = database.read;
  const health = async () => {
    await readHome({ db }, MODULES.slice(0, 1));
    return { mode };
  };
  const app = createCompartmentApp({ manifest, trust, internalSecret, now, log, health, estate });
  const site: Site = {
    title: manifest.title,
    organisation: estate.organisation,
    isSample: estate.isSample,
    isReadOnly: mode === 'read-only',
    accountHref: `${originUrl(estate, 'id')}/`,
    origin: originUrl(estate, manifest.name),
    modules: new Map(MODULES.map((module) => [module.name, module])),
  };
  const { modules, origin } = site;
  const newId = () => randomUUID();
  const sealingKey = options.sealingKey ?? randomBytes(32);
  const ask = options.ask ?? createAsk({ mayBeInner: false });
  const courier = new Courier({ db, modules, ask, origin, sealingKey, newId, now, log });
  const besideToYou = async (visit: Visit) => {
    const counted = await countOwnSearches({ db, modules, now }, visit.viewer);
    return html`${stoppedNotice(visit, await listStopped({ db }, visit.viewer))}${searchesSummary(visit, counted)}`;
  };
  addStanding(app, { db, now });
  addApiRoutes(app, { site, db, now });
  addApiWrites(app, { site, database, now });
  addDutyRoutes(app, { site, database, now, beside: besideToYou });
  addOverviewRoutes(app, { site, db, now }, OVERVIEWS);
  addMapRoutes(app, { site, db, now });
  addChartRoutes(app, { site, db, now });
  addSiteRoutes(app, { site, db, now });
  addSearchRoutes(app, { site, database, now, newId, newSecret: () => randomBytes(32).toString('base64url') });
  addWebhookRoutes(app, { site, database, now, newId, sealingKey, courier });
  addTidying(app, { database, now, courier, isReadOnly: site.isReadOnly });
  addFeedRoutes(app, { site, db, now });
  addExportRoutes(app, { site, db, now });
  addIntakeRoutes(app, { site, database, blobs, directory: scratchDirectory, now, log });
  addRecordRoutes(app, { site, database, blobs, secret: randomBytes(32), now });
  const versionOf = async (module: Module, viewer: Viewer) =>
    (await findVersion({ db }, { module, viewer }, '', now()))?.changedAt.toISOString() ?? null;
  const beside = (visit: Visit, module: Module, query: Query) =>
    html`${followView(visit, module, query)}${saveLink(visit, module, query)}${webhookLink(visit, module, query)}`;
  addListRoutes(app, { site, db, now, versionOf, beside });
  return app;
}
