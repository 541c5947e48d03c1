import { randomBytes } from 'node:crypto';
import type { BlobStore } from '@bulkhead/blobs';
import { type Estate, originUrl, type Trust } from '@bulkhead/contracts';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { answerAsset, type CompartmentApp, createCompartmentApp } from '@bulkhead/web';
import { addApiRoutes } from '#api/api.routes.ts';
import { addDecisionRoutes } from '#article/decision.routes.ts';
import { addDraftRoutes } from '#article/draft.routes.ts';
import { addPictureRoutes } from '#article/picture.routes.ts';
import { addReadingRoutes } from '#article/reading.routes.ts';
import { addCopyRoutes } from '#copy/copy.routes.ts';
import { answerEditorAsset } from '#editor/asset.actions.ts';
import type { EditorAssets } from '#editor/asset.rules.ts';
import { addLeavingRoute } from '#leaving/leaving.routes.ts';
import type { Darkroom } from '#picture/darkroom.actions.ts';
import { addPictureFileRoute } from '#picture/picture.routes.ts';
import { addPresenceRoute } from '#presence/presence.routes.ts';
import { Presence } from '#presence/presence.rules.ts';
import { answerPublicStyle } from '#preview/preview.actions.ts';
import { addPreviewRoutes } from '#preview/preview.routes.ts';
import type { Schema } from '#schema.ts';
import { addSearchRoute } from '#search/search.routes.ts';
import { manifest } from './compartment.ts';

export type WebsiteOptions = {
  readonly estate: Estate;
  readonly trust: Pick<Trust, 'gatewayKeys' | 'jobKeys'>;
  readonly internalSecret: string;
  readonly database: Database<Schema>;
  readonly blobs: BlobStore;
  readonly darkroom: Darkroom;
  readonly assets: EditorAssets;
  readonly mode: 'open' | 'read-only';
  readonly log: Log;
  /** The wall clock unless told. */
  readonly now?: Now;
};

/** Builds the newsroom over its database and its blobs. The public pages are rendered off-site, by src/edition.ts. */
export function createWebsite(options: WebsiteOptions): CompartmentApp {
  const { estate, database, blobs, log } = options;
  const now = options.now ?? (() => new Date());
  const health = async () => {
    await database.read.selectFrom('article').select('id').limit(1).execute();
    return { mode: options.mode };
  };
  const { trust, internalSecret } = options;
  const app = createCompartmentApp({ manifest, trust, internalSecret, now, log, health, estate });
  const newsroom = {
    organisation: estate.organisation,
    isSample: estate.isSample,
    publicOrigin: originUrl(estate, 'www'),
    accountHref: `${originUrl(estate, 'id')}/`,
  };
  const { darkroom, assets } = options;
  const newSecret = () => randomBytes(32).toString('base64url');
  const deps = { database, now, newsroom, blobs, darkroom, assets, presence: new Presence(), newSecret };
  app.get('/assets/:file', (c) => {
    const file = c.req.param('file');
    const asset = answerAsset(file) ?? answerEditorAsset(assets, file) ?? answerPublicStyle(file);
    if (asset) return asset;
    throw new EstateError('request.not_found', 'finding an asset: there is none of this name');
  });
  // Before the reading routes: /articles/new would be an article's number there.
  addDraftRoutes(app, deps);
  addReadingRoutes(app, deps);
  addPictureRoutes(app, deps);
  addPictureFileRoute(app, deps);
  addDecisionRoutes(app, deps);
  addCopyRoutes(app, deps);
  addPresenceRoute(app, deps);
  addPreviewRoutes(app, deps);
  addApiRoutes(app, deps);
  addLeavingRoute(app, deps);
  addSearchRoute(app, { db: database.read, host: newsroom, now });
  return app;
}
