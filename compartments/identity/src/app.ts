import { randomBytes, randomUUID } from 'node:crypto';
import type { Estate, Trust } from '@bulkhead/contracts';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { answerAsset, type CompartmentApp, createCompartmentApp } from '@bulkhead/web';
import { isAnyAccountThere } from '#account/account.actions.ts';
import { addAccountRoutes } from '#account/account.routes.ts';
import { listOfferedRoles } from '#account/account.rules.ts';
import { addSetUpRoutes } from '#account/set-up.routes.ts';
import { Passwords } from '#password/password.actions.ts';
import { addProfileRoutes } from '#profile/profile.routes.ts';
import { prepareAccounts } from '#sample/sample.actions.ts';
import { addSampleRoutes } from '#sample/sample.routes.ts';
import type { Schema } from '#schema.ts';
import { ChangeFeed } from '#session/change-feed.actions.ts';
import { SessionDesk } from '#session/session.actions.ts';
import { addSessionRoutes } from '#session/session.routes.ts';
import { addSignInRoutes } from '#sign-in/sign-in.routes.ts';
import { listHosts } from '#sign-in/sign-in.rules.ts';
import { Throttle } from '#throttle/throttle.actions.ts';
import { manifest } from './compartment.ts';
import { SAMPLE_ACCOUNTS } from './sample-accounts.ts';

export type IdentityOptions = {
  readonly estate: Estate;
  readonly trust: Pick<Trust, 'gatewayKeys' | 'jobKeys'>;
  readonly internalSecret: string;
  readonly database: Database<Schema>;
  readonly mode: 'open' | 'read-only';
  readonly log: Log;
  /** The wall clock unless told. */
  readonly now?: Now;
};
export type Identity = {
  readonly app: CompartmentApp;
  /** What is done once at the start, under the token of job:identity.start. */
  readonly prepare: (token: string) => Promise<void>;
  /** Lets go whoever waits for changes. */
  readonly close: () => void;
};

/** Builds identity over its database. */
export function createIdentity(options: IdentityOptions): Identity {
  const { estate, database, log } = options;
  const now = options.now ?? (() => new Date());
  const isReadOnly = options.mode === 'read-only';
  const db = database.read;
  const feed = new ChangeFeed();
  const passwords = new Passwords();
  const throttle = new Throttle(now);
  const offered = listOfferedRoles(estate.compartments.map((compartment) => compartment.manifest));
  const newId = () => randomUUID();
  const newSessionId = () => randomBytes(32).toString('base64url');
  const desk = new SessionDesk({ db, now, isReadOnly });
  const health = async () => {
    await isAnyAccountThere(db);
    return { mode: options.mode };
  };
  const app = createCompartmentApp({
    manifest,
    trust: options.trust,
    internalSecret: options.internalSecret,
    now,
    log,
    health,
    estate,
  });
  const site = { organisation: estate.organisation, isSample: estate.isSample };
  app.get('/assets/:file', (c) => {
    const asset = answerAsset(c.req.param('file'));
    if (asset) return asset;
    throw new EstateError('request.not_found', 'finding an asset: there is none of this name');
  });
  addSessionRoutes(app, { desk, feed, database, now });
  addSampleRoutes(app, estate.isSample ? SAMPLE_ACCOUNTS : null);
  addSignInRoutes(app, { site, database, feed, passwords, throttle, newSessionId, now, hosts: listHosts(estate), isReadOnly });
  addSetUpRoutes(app, { site, database, passwords, randomBytes, now });
  addProfileRoutes(app, { site, database, feed, passwords, throttle, offered, now });
  addAccountRoutes(app, { site, database, feed, offered, newId, randomBytes, now });
  return {
    app,
    close: () => feed.close(),
    prepare: async (token) => {
      if (isReadOnly) return;
      const accounts = estate.isSample ? SAMPLE_ACCOUNTS : [];
      const added = await prepareAccounts({ database, passwords, newId, now }, { token, accounts, offered });
      log.info({ added }, 'prepared the accounts');
    },
  };
}
