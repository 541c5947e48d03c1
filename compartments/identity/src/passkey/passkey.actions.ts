import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { Kysely, Transaction } from 'kysely';
import { CHALLENGE_MS, type Challenges, type ChallengeUse } from '#challenge/challenge.actions.ts';
import type { Events, Happened } from '#event/event.actions.ts';
import type { Holder } from '#event/event.rules.ts';
import type { Schema } from '#schema.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { changeSessions, endSessionsOf } from '#session/session.actions.ts';
import {
  type Assertion,
  goesOn,
  MOST_PASSKEYS,
  nameOf,
  type Passkey,
  type Registration,
  type RelyingParty,
} from './passkey.rules.ts';
import {
  advance,
  deletePasskey,
  findPasskey,
  holdAccount,
  insertPasskey,
  listPasskeys,
  markCopied,
  renamePasskey,
} from './passkey.store.ts';

/** EdDSA, ES256, RS256 (RFC 9053): what authenticators have. */
const ALGORITHMS = [-8, -7, -257] as const;

export type Where = Pick<Happened, 'sessionId' | 'address' | 'device'>;
type OfTransaction = { readonly transact: Transact<Transaction<Schema>> };
/** A registration that was checked, not yet kept. */
export type CheckedPasskey = Pick<Passkey, 'id' | 'publicKey' | 'counter' | 'isSynced'>;
/** A signature that was checked; its counter still has to go on from the last when it is used. */
export type CheckedAssertion = { readonly accountId: string; readonly passkeyId: string; readonly counter: number };

/** Passkeys: discoverable, with their holder verified, for identity's own host alone [I41]. */
export class Passkeys {
  readonly #party: RelyingParty;
  readonly #challenges: Challenges;
  readonly #events: Events;
  readonly #feed: ChangeFeed;
  readonly #now: Now;
  readonly #log: Log;

  constructor(deps: {
    readonly party: RelyingParty;
    readonly challenges: Challenges;
    readonly events: Events;
    readonly feed: ChangeFeed;
    readonly now: Now;
    readonly log: Log;
  }) {
    this.#party = deps.party;
    this.#challenges = deps.challenges;
    this.#events = deps.events;
    this.#feed = deps.feed;
    this.#now = deps.now;
    this.#log = deps.log;
  }

  /** What a browser is asked for to make a passkey, as JSON. */
  async offerRegistration(
    who: { readonly accountId: string; readonly email: string; readonly displayName: string; readonly known: readonly Passkey[] },
    use: ChallengeUse,
  ): Promise<string> {
    const options = await generateRegistrationOptions({
      rpID: this.#party.id,
      rpName: this.#party.name,
      userID: Uint8Array.from(Buffer.from(who.accountId)),
      userName: who.email,
      userDisplayName: who.displayName,
      challenge: this.#challenges.issue(use),
      timeout: CHALLENGE_MS / 2,
      attestationType: 'none',
      supportedAlgorithmIDs: [...ALGORITHMS],
      excludeCredentials: who.known.map(({ id }) => ({ id })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    return JSON.stringify(options);
  }

  /** What a browser is asked for to sign in with a passkey, whichever account it is of, as JSON. */
  async offerSignIn(use: ChallengeUse): Promise<string> {
    const options = await generateAuthenticationOptions({
      rpID: this.#party.id,
      challenge: this.#challenges.issue(use),
      timeout: CHALLENGE_MS / 2,
      userVerification: 'required',
    });
    return JSON.stringify(options);
  }

  /** @throws EstateError `passkey.refused` */
  async checkRegistration(given: Registration, use: ChallengeUse): Promise<CheckedPasskey> {
    const found = await this.#guarded('adding a passkey', () =>
      verifyRegistrationResponse({
        response: { ...given, response: { ...given.response }, clientExtensionResults: {} },
        expectedChallenge: (challenge) => this.#challenges.take(challenge, use),
        expectedOrigin: this.#party.origin,
        expectedRPID: this.#party.id,
        requireUserVerification: true,
        supportedAlgorithmIDs: [...ALGORITHMS],
      }),
    );
    if (!found.verified) throw refused('adding a passkey: what the authenticator says cannot be verified');
    const { credential, credentialDeviceType } = found.registrationInfo;
    return {
      id: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      isSynced: credentialDeviceType === 'multiDevice',
    };
  }

  /** Keeps a checked passkey, within a transaction of the caller. @throws EstateError `passkey.too_many`, `passkey.refused` */
  async keep(
    trx: Transaction<Schema>,
    given: { readonly passkey: CheckedPasskey; readonly holder: Holder; readonly name: string; readonly where: Where },
  ): Promise<void> {
    const { passkey, holder, where } = given;
    await holdAccount(trx, holder.id);
    if ((await listPasskeys(trx, holder.id)).length >= MOST_PASSKEYS)
      throw new EstateError('passkey.too_many', `adding a passkey: the account has ${MOST_PASSKEYS} already`);
    const name = nameOf(given.name, where.device);
    await insertPasskey(trx, { ...passkey, accountId: holder.id, name, createdAt: this.#now() });
    await this.#events.note(trx, holder, { kind: 'passkey added', detail: name, ...where, byLetter: true });
  }

  /**
   * Checks what an authenticator signed: challenge, origin, relying party, presence, verification, signature [I41].
   * @throws EstateError `passkey.refused`, whatever is wrong
   */
  async checkAssertion(
    db: Kysely<Schema>,
    given: Assertion,
    use: ChallengeUse,
  ): Promise<CheckedAssertion & { readonly passkey: Passkey }> {
    const passkey = await findPasskey(db, given.id);
    // The challenge is used up whoever presents it.
    if (!passkey) {
      this.#challenges.take(challengeOf(given), use);
      throw refused('signing in by passkey: it is not known');
    }
    const found = await this.#guarded('signing in by passkey', () =>
      verifyAuthenticationResponse({
        response: { ...given, response: { ...given.response }, clientExtensionResults: {} },
        expectedChallenge: (challenge) => this.#challenges.take(challenge, use),
        expectedOrigin: this.#party.origin,
        expectedRPID: this.#party.id,
        requireUserVerification: true,
        // The counter is ours to compare, in the transaction that uses it.
        credential: { id: passkey.id, publicKey: Uint8Array.from(Buffer.from(passkey.publicKey, 'base64url')), counter: 0 },
      }),
    );
    const isTheirs = Buffer.from(given.response.userHandle, 'base64url').toString('utf8') === passkey.accountId;
    if (!found.verified || !isTheirs || passkey.copiedAt) throw refused('signing in by passkey: it does not open this account');
    const counter = found.authenticationInfo.newCounter;
    return { accountId: passkey.accountId, passkeyId: passkey.id, counter, passkey };
  }

  /** Uses a checked signature, within a transaction of the caller: false if its counter does not go on from the last. */
  use(trx: Transaction<Schema>, checked: CheckedAssertion): Promise<boolean> {
    return advance(trx, checked.passkeyId, { counter: checked.counter, at: this.#now() });
  }

  /**
   * What is done when a signature's counter did not go on: two authenticators sign with one key. The passkey opens nothing any
   * more, all sessions of the account end, and its holder is told [I42].
   */
  async noteCopied(
    deps: OfTransaction,
    given: { readonly passkey: Passkey; readonly counter: number; readonly holder: Holder; readonly where: Where },
  ): Promise<void> {
    const { passkey, holder, where } = given;
    // It went on when it was looked at: another use of the same authenticator was faster, and this one is only refused.
    if (goesOn(passkey.counter, given.counter)) return;
    this.#log.warn({ passkey: passkey.id, accountId: holder.id }, 'the counter of a passkey went back: it may have been copied');
    await changeSessions({ ...deps, feed: this.#feed }, async (trx, touched) => {
      const at = this.#now();
      if (!(await markCopied(trx, passkey.id, at))) return;
      touched(await endSessionsOf(trx, { accountId: holder.id }, { by: 'passkey copied', at }));
      await this.#events.note(trx, holder, { kind: 'passkey copied', detail: passkey.name, ...where, byLetter: true });
    });
  }

  /**
   * Removes a passkey of one's own; never the last way in.
   * @throws EstateError `passkey.last_way_in`, `request.not_found`
   */
  async remove(
    deps: OfTransaction,
    asked: { readonly id: string; readonly holder: Holder; readonly where: Where },
  ): Promise<void> {
    const { id, holder, where } = asked;
    await deps.transact(async (trx) => {
      const { hasPassword } = await holdAccount(trx, holder.id);
      const others = (await listPasskeys(trx, holder.id)).filter((passkey) => passkey.id !== id && passkey.copiedAt === null);
      if (!hasPassword && others.length === 0)
        throw new EstateError('passkey.last_way_in', 'removing a passkey: without it nothing opens the account');
      const name = await deletePasskey(trx, holder.id, id);
      if (name === undefined) throw new EstateError('request.not_found', 'removing a passkey: the account has none with this id');
      await this.#events.note(trx, holder, { kind: 'passkey removed', detail: name, ...where, byLetter: true });
    });
  }

  async rename(
    deps: OfTransaction,
    asked: { readonly id: string; readonly accountId: string; readonly name: string },
  ): Promise<void> {
    const name = nameOf(asked.name, '');
    await deps.transact((trx) => renamePasskey(trx, { ...asked, name }));
  }

  async #guarded<Result>(doing: string, run: () => Promise<Result>): Promise<Result> {
    try {
      return await run();
    } catch (cause) {
      this.#log.debug({ err: cause }, doing);
      throw new EstateError('passkey.refused', `${doing}: what the authenticator says is refused`, { cause });
    }
  }
}

export function listPasskeysOf(db: Kysely<Schema>, accountId: string): Promise<Passkey[]> {
  return listPasskeys(db, accountId);
}

function challengeOf(given: Assertion): string {
  try {
    const told: unknown = JSON.parse(Buffer.from(given.response.clientDataJSON, 'base64url').toString('utf8'));
    const challenge: unknown = typeof told === 'object' && told !== null ? Reflect.get(told, 'challenge') : '';
    return typeof challenge === 'string' ? challenge : '';
  } catch {
    return '';
  }
}

function refused(message: string): EstateError {
  return new EstateError('passkey.refused', message);
}
