import { type Estate, originUrl, type Trust } from '@bulkhead/contracts';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { answerAsset, type CompartmentApp, createCompartmentApp } from '@bulkhead/web';
import { readEntries } from '#entry/entry.actions.ts';
import { addEntryRoutes } from '#entry/entry.routes.ts';
import type { Schema } from '#schema.ts';
import { manifest } from './compartment.ts';

export type AppOptions = {
  readonly estate: Estate;
  readonly trust: Pick<Trust, 'gatewayKeys' | 'jobKeys'>;
  readonly internalSecret: string;
  readonly database: Database<Schema>;
  readonly mode: 'open' | 'read-only';
  readonly log: Log;
  /** The wall clock unless told. */
  readonly now?: Now;
};

/** Builds the compartment over its database. */
export function createApp(options: AppOptions): CompartmentApp {
  const { estate, trust, internalSecret, database, mode, log } = options;
  const now = options.now ?? (() => new Date());
  const health = async () => {
    await readEntries({ db: database.read }, 1);
    return { mode };
  };
  const app = createCompartmentApp({ manifest, trust, internalSecret, now, log, health, estate });
  const site = {
    title: manifest.title,
    organisation: estate.organisation,
    isSample: estate.isSample,
    isReadOnly: mode === 'read-only',
    accountHref: `${originUrl(estate, 'id')}/`,
  };
  app.get('/assets/:file', (c) => {
    const asset = answerAsset(c.req.param('file'));
    if (asset) return asset;
    throw new EstateError('request.not_found', 'finding an asset: there is none of this name');
  });
  addEntryRoutes(app, { site, database, now });
  return app;
}
