import { EstateError } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import { addBreakGlassAccount } from '#account/account.actions.ts';
import { SECRETARIAT } from '#delegation/delegation.rules.ts';
import { ADMINISTRATOR } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import { beginSession, changeSessions, type SessionChange } from '#session/session.actions.ts';
import { BREAK_GLASS_LIMITS, describeDevice } from '#session/session.rules.ts';
import type { Throttle } from '#throttle/throttle.actions.ts';
import {
  CODE_BYTES,
  findHalf,
  hashCode,
  type LiveHalf,
  OPEN_MS,
  PAIRS_LIMIT,
  type Pair,
  WINDOW_MS,
  writeCode,
} from './break-glass.rules.ts';
import {
  countFitHolders,
  countOpenPairs,
  endPair,
  holdPair,
  insertPair,
  keepFirst,
  keepHash,
  listLiveHalves,
  listPairs,
  listUnseen,
} from './break-glass.store.ts';

type Transacting = { readonly transact: Transact<Transaction<Schema>>; readonly now: () => Date };

/**
 * Makes a pair of two people, each of whom is then shown a half. Nobody sees both.
 * @throws EstateError `break_glass.unfit_holders`, `break_glass.too_many`
 */
export async function makePair(
  deps: Transacting & { readonly newId: () => string },
  asked: { readonly holders: readonly [string, string]; readonly by: string },
): Promise<void> {
  const [first, second] = asked.holders;
  await deps.transact(async (trx) => {
    if (first === second || (await countFitHolders(trx, [first, second])) !== 2)
      throw new EstateError('break_glass.unfit_holders', 'making a break-glass pair: its holders must be two active accounts');
    if ((await countOpenPairs(trx)) >= PAIRS_LIMIT)
      throw new EstateError('break_glass.too_many', `making a break-glass pair: there are ${PAIRS_LIMIT}`);
    await insertPair(trx, { ...asked, id: deps.newId(), at: deps.now() });
  });
}

/**
 * Draws the code of a half and tells it, this once, to its holder.
 * @throws EstateError `request.not_found` if there is none for them, or they were shown it before
 */
export async function showHalf(
  deps: Transacting & { readonly randomBytes: (length: number) => Uint8Array },
  asked: { readonly pairId: string; readonly holderId: string },
): Promise<string> {
  const code = writeCode(deps.randomBytes(CODE_BYTES));
  const codeSha256 = hashCode(code) ?? '';
  await deps.transact(async (trx) => {
    if (await keepHash(trx, { ...asked, codeSha256, at: deps.now() })) return;
    throw new EstateError('request.not_found', 'showing half of a break-glass pair: there is none to be shown');
  });
  return code;
}

/** @throws EstateError `request.not_found` */
export async function withdrawPair(deps: Transacting, pairId: string): Promise<void> {
  await deps.transact(async (trx) => {
    if (await endPair(trx, pairId, { at: deps.now(), why: 'withdrawn' })) return;
    throw new EstateError('request.not_found', 'withdrawing a break-glass pair: it has ended');
  });
}

export type GlassAsked = {
  readonly first: string;
  /** The other half, if both people stand at one screen. */
  readonly second: string;
  readonly reason: string;
  readonly address: string;
  readonly userAgent: string | undefined;
  readonly previousId: string | null;
};
export type GlassOutcome =
  | { readonly kind: 'refused' }
  | { readonly kind: 'throttled'; readonly waitMs: number }
  | { readonly kind: 'waiting'; readonly until: Date }
  | { readonly kind: 'open'; readonly sessionId: string };

/**
 * Takes one half or both. The first waits ten minutes for the other; both open an administrator's session of an hour, once [I22].
 * Wrong codes write nothing, and all are answered alike.
 */
export async function breakGlass(
  deps: SessionChange & {
    readonly db: Kysely<Schema>;
    readonly throttle: Throttle;
    readonly newId: () => string;
    readonly newSessionId: () => string;
  },
  asked: GlassAsked,
): Promise<GlassOutcome> {
  // By network alone: nobody who guesses from elsewhere keeps the holders out.
  const attempt = deps.throttle.begin({
    address: asked.address,
    email: 'break-glass',
    isFamiliar: true,
  });
  if (attempt.kind === 'throttled') return attempt;
  const halves = await listLiveHalves(deps.db);
  const first = findHalf(halves, hashCode(asked.first));
  const second = findHalf(halves, hashCode(asked.second));
  if (!first || (asked.second.trim() !== '' && (second?.pairId !== first.pairId || second.half === first.half)))
    return { kind: 'refused' };
  attempt.succeeded();
  return changeSessions(deps, async (trx, touched) => {
    const at = deps.now();
    const pair = await holdPair(trx, first.pairId);
    if (!pair) return { kind: 'refused' };
    if (!second && !isOther(pair, first, at)) {
      const until = new Date(at.getTime() + WINDOW_MS);
      await keepFirst(trx, first.pairId, { half: first.half, until, reason: asked.reason });
      return { kind: 'waiting', until };
    }
    const reason = second ? asked.reason : `${pair.reason ?? ''} / ${asked.reason}`.slice(0, 500);
    await keepFirst(trx, first.pairId, { half: first.half, until: at, reason });
    await endPair(trx, first.pairId, { at, why: 'used' });
    const accountId = deps.newId();
    const terms = { endsAt: new Date(at.getTime() + OPEN_MS), reason, at };
    await addBreakGlassAccount(trx, { id: accountId, delegationId: SECRETARIAT, role: ADMINISTRATOR, ...terms });
    const id = deps.newSessionId();
    const session = {
      id,
      accountId,
      address: asked.address,
      device: describeDevice(asked.userAgent),
      method: 'break-glass',
    } as const;
    touched(
      await beginSession(trx, { ...session, at, previousId: asked.previousId, browserSha256: null, limits: BREAK_GLASS_LIMITS }),
    );
    return { kind: 'open', sessionId: id };
  });
}

// Whether the pair waits for exactly this half.
function isOther(
  pair: { readonly firstHalf: number | null; readonly firstUntil: Date | null },
  half: LiveHalf,
  at: Date,
): boolean {
  return pair.firstHalf !== null && pair.firstHalf !== half.half && pair.firstUntil !== null && pair.firstUntil > at;
}

export function listBreakGlassPairs(db: Kysely<Schema>): Promise<Pair[]> {
  return listPairs(db, 50);
}

/** The pairs of which somebody can be shown their half. */
export function listUnseenHalves(db: Kysely<Schema>, accountId: string): Promise<string[]> {
  return listUnseen(db, accountId);
}
