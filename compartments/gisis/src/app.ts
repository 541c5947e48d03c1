import { randomBytes, randomUUID } from 'node:crypto';
import type { BlobStore } from '@bulkhead/blobs';
import { type Estate, originUrl, type Trust } from '@bulkhead/contracts';
import type { Log, Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, createCompartmentApp } from '@bulkhead/web';
import { addChartRoutes } from '#chart/chart.routes.ts';
import type { Module } from '#declaration/module.rules.ts';
import { addDutyRoutes } from '#duty/duty.routes.ts';
import { findVersion } from '#export/export.actions.ts';
import { addExportRoutes } from '#export/export.routes.ts';
import { Checks } from '#intake/check.actions.ts';
import { addIntakeRoutes } from '#intake/intake.routes.ts';
import { addImportsOfPrograms } from '#intake/program.routes.ts';
import { addListRoutes } from '#list/list.routes.ts';
import { addMapRoutes } from '#map/map.routes.ts';
import { MODULES } from '#modules/modules.ts';
import { OVERVIEWS } from '#modules/overviews.ts';
import { addOverviewRoutes } from '#overview/overview.routes.ts';
import { addRecordRoutes } from '#record/record.routes.ts';
import type { Schema } from '#schema.ts';
import { addStanding } from '#sight/authority.routes.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { readHome } from '#site/home.actions.ts';
import { addSiteRoutes } from '#site/site.routes.ts';
import type { Site } from '#site/site.rules.ts';
import { manifest } from './compartment.ts';
import { composePrograms, type ProgramOptions } from './compose-programs.ts';

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
} & Pick<ProgramOptions, 'sealingKey' | 'ask'>;

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
  addStanding(app, { db, now });
  const beside = composePrograms(app, { ...options, site, newId: () => randomUUID(), now });
  addDutyRoutes(app, { site, database, now, beside: beside.forYou });
  addOverviewRoutes(app, { site, db, now }, OVERVIEWS);
  addMapRoutes(app, { site, db, now });
  addChartRoutes(app, { site, db, now });
  addSiteRoutes(app, { site, db, now });
  addExportRoutes(app, { site, database, now });
  const checks = new Checks({ blobs, directory: scratchDirectory, db, modules: site.modules, now, log });
  addIntakeRoutes(app, { site, database, blobs, checks, now });
  addImportsOfPrograms(app, { site, database, blobs, checks, now });
  addRecordRoutes(app, { site, database, blobs, secret: randomBytes(32), now });
  const versionOf = async (module: Module, viewer: Viewer) =>
    (await findVersion({ db }, { module, viewer }, '', now()))?.changedAt.toISOString() ?? null;
  addListRoutes(app, { site, db, now, versionOf, beside: beside.ofList });
  return app;
}
