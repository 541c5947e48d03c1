import type { Estate } from '@bulkhead/contracts';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, createAsk, transactFor } from '@bulkhead/web';
import { TokenDesk } from '#api-token/api-token.actions.ts';
import { addApiTokenRoutes } from '#api-token/api-token.routes.ts';
import { BearerUses } from '#bearer/bearer.actions.ts';
import { addClientRoutes } from '#client/client.routes.ts';
import type { Events } from '#event/event.actions.ts';
import { ProviderClients } from '#federation/federation.actions.ts';
import { addFederationRoutes } from '#federation/federation.routes.ts';
import { FlowShelf } from '#federation/flow-shelf.actions.ts';
import { KeyRing } from '#key/key.actions.ts';
import { LdapServers } from '#ldap/consult.actions.ts';
import { listServers } from '#ldap/ldap.actions.ts';
import { addLdapRoutes } from '#ldap/ldap.routes.ts';
import { ldapWords } from '#ldap/ldap.words.ts';
import { BackChannel } from '#provider/back-channel.actions.ts';
import { CodeShelf } from '#provider/code-shelf.actions.ts';
import { addConsentRoutes } from '#provider/consent.routes.ts';
import { EndedSessions } from '#provider/ended.actions.ts';
import { Keeper, UsedSessions } from '#provider/keep.actions.ts';
import { ProviderDesk } from '#provider/provider.actions.ts';
import { addProviderRoutes } from '#provider/provider.routes.ts';
import { PATHS } from '#provider/token.rules.ts';
import type { OfferedRole } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import { addScimRoutes } from '#scim/scim.routes.ts';
import { ScimTokens } from '#scim/scim-token.actions.ts';
import { addScimTokenRoutes } from '#scim/scim-token.routes.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import type { SessionDesk } from '#session/session.actions.ts';
import type { Throttle } from '#throttle/throttle.actions.ts';

export type SoftwareOptions = {
  readonly estate: Estate;
  readonly database: Database<Schema>;
  readonly desk: SessionDesk;
  readonly feed: ChangeFeed;
  readonly hosts: ReadonlySet<string>;
  /** The origin of identity. */
  readonly issuer: string;
  readonly sealingKey: Buffer;
  readonly offered: readonly OfferedRole[];
  readonly events: Events;
  readonly throttle: Throttle;
  readonly newSessionId: () => string;
  readonly isReadOnly: boolean;
  readonly newId: () => string;
  readonly randomBytes: (size: number) => Buffer;
  readonly log: Log;
  readonly now: Now;
};
export type Software = {
  /** Makes the first keys, under the token of job:identity.start. */
  readonly prepare: (token: string) => Promise<void>;
  readonly close: () => void;
};

/** Puts together what identity does for other software: OpenID Connect, its clients, the ends of sessions. */
export function addSoftware(app: CompartmentApp, options: SoftwareOptions): Software {
  const { estate, database, desk, feed, issuer, now, log, newId, randomBytes } = options;
  const db = database.read;
  const site = { organisation: estate.organisation, isSample: estate.isSample };
  const mayBeInner = estate.isSample;
  const keys = new KeyRing({ db, now, sealingKey: options.sealingKey });
  const used = new UsedSessions();
  const codes = new CodeShelf(now);
  const provider = new ProviderDesk({ db, desk, codes, keys, issuer, now, used: (sessionId) => used.add(sessionId) });
  const ended = new EndedSessions({ db, feed, now });
  const ask = createAsk({ mayBeInner });
  const backChannel = new BackChannel({ db, feed, keys, ask, issuer, newId, now, log });
  const keeper = new Keeper({ keys, desk, used, backChannel, now });
  const uses = new BearerUses();
  const tokens = new TokenDesk({ db, now, uses });
  addApiTokenRoutes(app, { site, database, desk: tokens, offered: options.offered, newId, randomBytes, now });
  const newNonce = () => randomBytes(32).toString('base64url');
  addProviderRoutes(app, { site, database, provider, keys, desk, ended, issuer, hosts: options.hosts, newNonce, log, now });
  addConsentRoutes(app, { site, database, feed, issuer, now });
  const discovery = `${issuer}${PATHS.discovery}`;
  addClientRoutes(app, { site, database, keys, issuer, discovery, mayBeInner, randomBytes, now });
  const clients = new ProviderClients({ ask, sealingKey: options.sealingKey, mayBeInner, now, randomBytes });
  const flows = new FlowShelf({ now, newSecret: newNonce });
  addFederationRoutes(app, {
    ...options,
    site,
    clients,
    flows,
    origin: issuer,
    mayBeInner,
    newSecret: newNonce,
    directories: { list: () => listServers(db), wordsIn: ldapWords },
  });
  const innerServers = new Set(estate.directoryServers);
  const servers = new LdapServers({ sealingKey: options.sealingKey, mayBeInner, innerServers, randomBytes });
  addLdapRoutes(app, { ...options, site, servers, mayBeInner, innerServers, monotonicMs: () => performance.now() });
  const directories = new ScimTokens({ db, now, uses });
  addScimRoutes(app, { ...options, tokens: directories, origin: issuer });
  addScimTokenRoutes(app, { site, database, origin: issuer, newId, randomBytes, now });
  app.post('/.bulkhead/jobs/software.keep', async (c) => {
    if (!c.var.token) throw new EstateError('token.missing', 'keeping what other software needs: the call carries no token');
    if (!options.isReadOnly) {
      await keeper.runRound(transactFor(c, database));
      await uses.keep(transactFor(c, database));
    }
    return c.json({ ok: true });
  });
  if (!options.isReadOnly) void backChannel.follow();
  return {
    prepare: async (token) => keys.keepUp(async (run) => (await database.transact(token, run)).result),
    close: () => backChannel.close(),
  };
}
