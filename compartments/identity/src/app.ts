import { randomBytes, randomUUID } from 'node:crypto';
import { type Estate, type MailRelay, originUrl, type Trust } from '@bulkhead/contracts';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { answerAsset, type CompartmentApp, createCompartmentApp } from '@bulkhead/web';
import { isAnyAccountThere } from '#account/account.actions.ts';
import { addAccountRoutes } from '#account/account.routes.ts';
import { InvitationLetters } from '#account/invitation-letter.actions.ts';
import { addSetUpRoutes } from '#account/set-up.routes.ts';
import { addBreakGlassRoutes } from '#break-glass/break-glass.routes.ts';
import { Challenges } from '#challenge/challenge.actions.ts';
import { addDelegationRoutes } from '#delegation/delegation.routes.ts';
import { Events } from '#event/event.actions.ts';
import { addFirstAdministratorRoutes } from '#first-administrator/first-administrator.routes.ts';
import { addGrantRoutes } from '#grant/grant.routes.ts';
import { Letters } from '#letter/letter.actions.ts';
import { addLetterRoutes } from '#letter/letter.routes.ts';
import { Post } from '#letter/post.actions.ts';
import { openRelay } from '#letter/relay.actions.ts';
import { Passkeys } from '#passkey/passkey.actions.ts';
import { answerScript } from '#passkey/passkey-script.ts';
import { Passwords } from '#password/password.actions.ts';
import { addPrivacyRoutes } from '#privacy/privacy.routes.ts';
import { addProfileRoutes } from '#profile/profile.routes.ts';
import { listOfferedRoles } from '#role/role.rules.ts';
import { prepareAccounts } from '#sample/sample.actions.ts';
import { addSampleRoutes } from '#sample/sample.routes.ts';
import type { Schema } from '#schema.ts';
import { addSecurityRoutes } from '#security/security.routes.ts';
import { ChangeFeed } from '#session/change-feed.actions.ts';
import { SessionDesk } from '#session/session.actions.ts';
import { addSessionRoutes } from '#session/session.routes.ts';
import { addSignInRoutes } from '#sign-in/sign-in.routes.ts';
import { listHosts } from '#sign-in/sign-in.rules.ts';
import { addStepUpRoutes } from '#step-up/step-up.routes.ts';
import { Throttle } from '#throttle/throttle.actions.ts';
import { addThrottleRoutes } from '#throttle/throttle.routes.ts';
import { accessWords } from '#words/access.ts';
import { manifest } from './compartment.ts';
import { addSoftware } from './compose-software.ts';
import { SAMPLE_ACCOUNTS } from './sample-accounts.ts';

export type IdentityOptions = {
  readonly estate: Estate;
  readonly trust: Pick<Trust, 'gatewayKeys' | 'jobKeys'>;
  readonly internalSecret: string;
  readonly database: Database<Schema>;
  readonly mode: 'open' | 'read-only';
  readonly log: Log;
  /** 32 bytes that no database holds; drawn anew unless told. */
  readonly sealingKey?: Buffer;
  /** Where letters go; they wait unless told. */
  readonly mail?: MailRelay;
  /** Why the relay that the estate names cannot be used. */
  readonly mailFault?: string;
  /** The wall clock unless told. */
  readonly now?: Now;
};
export type Identity = {
  readonly app: CompartmentApp;
  /** What is done once at the start, under the token of job:identity.start. */
  readonly prepare: (token: string) => Promise<void>;
  /** Takes up what an earlier process kept of failed attempts. */
  readonly resume: () => Promise<void>;
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
  const sealingKey = options.sealingKey ?? randomBytes(32);
  const url = originUrl(estate, 'id');
  const letters = new Letters({ key: sealingKey, estate, newId, randomBytes, now });
  const events = new Events({ letters, securityUrl: `${url}/security`, newId, now });
  const challenges = new Challenges({ randomBytes, now });
  const party = { id: `id.${estate.domain}`, origin: url, name: estate.organisation };
  const passkeys = new Passkeys({ party, challenges, events, feed, now, log });
  const { organisation } = estate;
  const invitationLetters = new InvitationLetters({ letters, setUpUrl: `${url}/set-up`, organisation });
  const post = openPost(options, { sealingKey, now });
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
    const file = c.req.param('file');
    const asset = answerAsset(file) ?? answerScript(file);
    if (asset) return asset;
    throw new EstateError('request.not_found', 'finding an asset: there is none of this name');
  });
  addSessionRoutes(app, { desk, feed, database, now });
  addSampleRoutes(app, estate.isSample ? SAMPLE_ACCOUNTS : null);
  const hosts = listHosts(estate);
  const signingIn = { site, database, feed, events, passwords, passkeys, throttle, newSessionId, now, hosts };
  addSignInRoutes(app, { ...signingIn, isReadOnly });
  addStepUpRoutes(app, signingIn);
  addSetUpRoutes(app, { ...signingIn, randomBytes });
  addSecurityRoutes(app, { ...signingIn, challenges, randomBytes });
  addThrottleRoutes(app, { throttle, database, isReadOnly });
  addLetterRoutes(app, { site, database, letters, post, isReadOnly, relayFault: options.mailFault ?? null, now });
  addProfileRoutes(app, { site, database, feed, events, passwords, throttle, offered, now });
  addAccountRoutes(app, { site, database, feed, offered, newId, randomBytes, invitationLetters, now });
  addGrantRoutes(app, { site, database, feed, offered, now });
  addDelegationRoutes(app, { site, database, feed, offered, newId, now });
  addFirstAdministratorRoutes(app, { database, feed, newId, randomBytes, invitationLetters, now });
  addBreakGlassRoutes(app, { site, database, feed, throttle, newId, newSessionId, randomBytes, isReadOnly, now });
  addPrivacyRoutes(app, { site, database, feed, offered, now });
  const software = addSoftware(app, {
    estate,
    database,
    desk,
    feed,
    hosts,
    issuer: url,
    sealingKey,
    offered,
    events,
    throttle,
    newSessionId,
    isReadOnly,
    newId,
    randomBytes,
    log,
    now,
  });
  return {
    app,
    resume: () => throttle.resume(db),
    close: () => {
      software.close();
      feed.close();
    },
    prepare: async (token) => {
      if (isReadOnly) return;
      const accounts = estate.isSample ? SAMPLE_ACCOUNTS : [];
      const added = await prepareAccounts(
        { database, passwords, newId, now },
        { token, isSample: estate.isSample, accounts, offered },
      );
      await software.prepare(token);
      log.info({ added }, 'prepared the accounts');
    },
  };
}

function openPost(options: IdentityOptions, given: { readonly sealingKey: Buffer; readonly now: Now }): Post {
  const { estate, mail, database, log } = options;
  return new Post({
    db: database.read,
    relay: mail ? openRelay(mail) : null,
    key: given.sealingKey,
    from: { name: estate.organisation, address: mail?.from ?? `no-reply@${estate.domain}` },
    frame: (language) => {
      const words = accessWords(language);
      const footer = [estate.organisation, words.letterAutomatic, ...(estate.isSample ? [words.letterSample] : [])];
      return { greeting: words.letterGreeting, footer };
    },
    log,
    now: given.now,
  });
}
