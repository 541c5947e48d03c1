import type { LedgerRequest, MoveKind, SiteMove, SiteMoves } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { Recorder } from '#record/record.actions.ts';
import type { Charge } from './charge.actions.ts';
import { ASKED_KEEPS_MS, digestOfMove, HOME_SILENT_MS } from './failover.rules.ts';
import type { FailoverStore } from './failover.store.ts';

const SHOWN = 20;

export type MoveRequestDeps = {
  readonly moves: FailoverStore;
  readonly charge: Charge;
  readonly recorder: Recorder;
  /** Whether the estate says where a stand-in answers. */
  readonly hasStandIn: boolean;
  /** Lets whoever carries moves out look at once. */
  readonly wake: () => void;
  readonly newId: () => string;
  readonly now: Now;
};

/** Moves are told from recoveries by the first letter of their ids. */
export function isMoveId(id: string): boolean {
  return /^m[0-9a-f]{12}$/.test(id);
}

/**
 * An operator asks for a failover or a failback; nothing is closed or moved before another approves. Off-site makes the stand-in
 * ready meanwhile.
 * @returns the move's id
 * @throws EstateError `failover.wrong_state`
 */
export async function requestMove(
  deps: MoveRequestDeps,
  asked: { readonly kind: MoveKind; readonly operator: string; readonly reason: string },
): Promise<string> {
  const { kind, operator: requestedBy, reason } = asked;
  requirePossible(deps, kind);
  await endForgotten(deps);
  const id = `m${deps.newId().slice(1)}`;
  const move = { id, kind, requestedBy, reason };
  await deps.moves.addMove({ ...move, digest: digestOfMove(move), askedAt: deps.now() });
  deps.wake();
  return id;
}

function requirePossible({ charge, hasStandIn, now }: MoveRequestDeps, kind: MoveKind): void {
  const refuse = (why: string) => new EstateError('failover.wrong_state', `asking for a ${kind}: ${why}`);
  if (kind === 'failover' && !hasStandIn)
    throw refuse('the configuration names no stand-in; set standIn, then start off-site again');
  if (kind === 'failover' && charge.site === 'stand-in') throw refuse('the stand-in runs the compartments already');
  if (kind === 'failover') return;
  if (charge.site === 'headquarters') throw refuse('headquarters runs the compartments');
  const askedAt = charge.homeAskedAt;
  if (askedAt && now().getTime() - askedAt.getTime() < HOME_SILENT_MS) return;
  throw refuse('headquarters does not answer; start it first ("bulkhead start --site headquarters") and wait a moment');
}

/** What nobody approved in time holds nothing up. */
async function endForgotten(deps: MoveRequestDeps): Promise<void> {
  const standing = await deps.moves.findUnderWay();
  if (standing?.state !== 'asked' || !isForgotten(standing, deps.now())) return;
  await deps.moves.end(standing.id, 'refused', 'nobody approved it in time', deps.now());
}

function isForgotten({ askedAt }: SiteMove, now: Date): boolean {
  return now.getTime() - Date.parse(askedAt) > ASKED_KEEPS_MS;
}

/**
 * The second operator's word [FO3]: another one, for exactly what was asked; in the ledger before anything is done.
 * @throws EstateError `approval.same_person`, `approval.wrong_digest`, `failover.wrong_state`
 */
export async function approveMove(
  deps: MoveRequestDeps,
  asked: { readonly request: string; readonly operator: string; readonly digest: string },
): Promise<void> {
  const move = await deps.moves.getMove(asked.request);
  if (move.state !== 'asked') throw new EstateError('failover.wrong_state', `approving ${move.id}: it is ${move.state}`);
  if (move.requestedBy === asked.operator)
    throw new EstateError('approval.same_person', `approving ${move.id}: who asked for it cannot approve it`);
  if (move.digest !== asked.digest)
    throw new EstateError('approval.wrong_digest', `approving ${move.id}: the digest is not that of what was asked`);
  if (isForgotten(move, deps.now()))
    throw new EstateError('failover.wrong_state', `approving ${move.id}: it was asked for over an hour ago; ask again`);
  requirePossible(deps, move.kind);
  await deps.recorder.append(approvalEntry(move, asked.operator));
  if (!(await deps.moves.approve(move.id, asked.operator, deps.now())))
    throw new EstateError('failover.wrong_state', `approving ${move.id}: it was decided already`);
  deps.wake();
}

function approvalEntry({ id, kind, requestedBy, reason, digest }: SiteMove, operator: string): LedgerRequest {
  return {
    kind: 'approval.given',
    idempotencyKey: `approval:${id}`,
    body: { move: id, kind, requestedBy, reason, operator, digest, isApproved: true },
  };
}

/** Any operator may end what was asked and is not approved. */
export async function refuseMove(
  deps: MoveRequestDeps,
  asked: { readonly request: string; readonly operator: string; readonly reason: string },
): Promise<void> {
  const move = await deps.moves.getMove(asked.request);
  if (move.state !== 'asked') throw new EstateError('failover.wrong_state', `refusing ${move.id}: it is ${move.state}`);
  await deps.recorder.note({
    kind: 'approval.given',
    idempotencyKey: `approval:${move.id}:refused`,
    body: { move: move.id, kind: move.kind, operator: asked.operator, reason: asked.reason, isApproved: false },
  });
  await deps.moves.end(move.id, 'refused', `${asked.operator}: ${asked.reason}`, deps.now());
  deps.wake();
}

/** What operators see. */
export async function describeMoves({ moves, charge }: Pick<MoveRequestDeps, 'moves' | 'charge'>): Promise<SiteMoves> {
  return {
    inCharge: charge.site,
    sinceAt: charge.sinceAt.toISOString(),
    headquartersAskedAt: charge.homeAskedAt?.toISOString() ?? null,
    moves: [...(await moves.listNewest(SHOWN))],
  };
}
