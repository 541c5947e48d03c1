import {
  type Build,
  type CompartmentManifest,
  EMPTY_SCOPE,
  type LedgerRequest,
  type Recovery,
  type ResolvedTarget,
  type RestoreTarget,
  type Scope,
} from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { WireReply } from '@bulkhead/wire';
import { type ReopeningDeps, requireScopeClosed } from '#incident/reopening.actions.ts';
import { checkNeeds } from '#order/order.rules.ts';
import type { OrderBook } from '#order/order-book.actions.ts';
import type { HistoryPeer } from '#peer/history.actions.ts';
import type { Recorder } from '#record/record.actions.ts';
import { type AskedRepair, checkWay } from './attack.rules.ts';
import { mayPass, WAIVERS_NEEDED } from './hole.rules.ts';
import { checkApproval, digestOfDiff } from './recovery.rules.ts';
import type { Decision, RecoveryStore } from './recovery.store.ts';
import type { RecoveryEngine } from './recovery.workflow.ts';
import type { RecoveryDeps } from './recovery-step.actions.ts';

export type RequestDeps = {
  readonly recoveries: RecoveryStore;
  readonly book: OrderBook;
  readonly manifests: ReadonlyMap<string, CompartmentManifest>;
  readonly history: Pick<HistoryPeer, 'countScope'>;
  /** The position that a restore to somewhere else than the newest comes to. */
  readonly resolve: (compartment: string, target: RestoreTarget) => Promise<ResolvedTarget>;
  readonly recorder: Recorder;
  /** What an open incident holds a reopening up with. */
  readonly reopening: ReopeningDeps;
  readonly engine: Pick<RecoveryEngine, 'start' | 'tellDecided'>;
  readonly now: Now;
  readonly newId: () => string;
};

type Asked = { readonly compartment: string; readonly operator: string; readonly reason: string };

/**
 * Begins to restore a compartment from off-site. Sealing it is the first step.
 * @returns the recovery's id, which a second operator names in the approval
 * @throws EstateError `restore.out_of_range` for a target that the archive does not reach
 */
export async function requestRestore(
  deps: RequestDeps,
  { target, ...asked }: Asked & { readonly target?: RestoreTarget | undefined },
): Promise<string> {
  const manifest = manifestOf(deps, asked.compartment);
  if (manifest.level === 'L0') {
    throw new EstateError('compartment.wrong_state', `restoring ${asked.compartment}: at level L0 off-site keeps no copy of it`);
  }
  // Before anything is sealed: where the archive does not reach, nothing is begun.
  const resolved = target === undefined ? undefined : await deps.resolve(asked.compartment, target);
  return begin(deps, asked, 'restore', undefined, resolved);
}

/**
 * Begins to reopen a sealed compartment as it stands.
 * @throws EstateError `hole.open` while its open incident names what was compromised, unless two operators waived
 */
export async function requestReopening(deps: RequestDeps, asked: Asked): Promise<string> {
  const manifest = manifestOf(deps, asked.compartment);
  const state = deps.book.stateOf(asked.compartment);
  if (state !== 'sealed') {
    throw new EstateError(
      'compartment.wrong_state',
      `reopening ${asked.compartment}: it is ${state ?? 'not ordered yet'}, not sealed`,
    );
  }
  checkNeeds(manifest, (name) => deps.book.stateOf(name));
  await requireScopeClosed(deps.reopening, asked.compartment);
  return begin(deps, asked, 'reopen');
}

type AskedUndo = Asked & Omit<AskedRepair, 'reverts' | 'build'> & { readonly build: Build | null };

/**
 * Begins to take an attack out of a compartment: `undo` takes the scope back on a copy that reaches to the seal, `redo` does
 * everything else again from just before its first transaction.
 * @throws EstateError `repair.needs_redo` if the scope can have written to the catalog, `input.invalid` for a scope that names nothing
 */
export async function requestUndo(deps: RequestDeps, { way, scope, closeRoutes, build, ...asked }: AskedUndo): Promise<string> {
  const manifest = requireCopies(deps, asked.compartment);
  requireNamed(scope);
  const routes = new Set(manifest.routes.map(({ id }) => id));
  const unknown = closeRoutes.filter((route) => !routes.has(route));
  if (unknown.length > 0)
    throw new EstateError('input.invalid', `closing routes of ${asked.compartment}: it has no route ${unknown.join(', ')}`);
  if (way === 'undo') checkWay(asked.compartment, (await deps.history.countScope(asked.compartment, scope)).hasDdl);
  return begin(deps, asked, 'undo', { way, scope, closeRoutes, build, reverts: null });
}

/**
 * Begins to take a repair back: its own transaction becomes the scope.
 * @throws EstateError `request.not_found`, `compartment.wrong_state` for a plan that was not carried out, or that did things again
 */
export async function requestRevert(deps: RequestDeps, { plan, ...asked }: Asked & { readonly plan: string }): Promise<string> {
  requireCopies(deps, asked.compartment);
  const repaired = await deps.recoveries.getRecovery(plan);
  if (repaired.compartment !== asked.compartment || repaired.asked?.way !== 'undo' || repaired.step !== 'done') {
    throw new EstateError('compartment.wrong_state', `taking ${plan} back: it is no undo of ${asked.compartment} that went live`);
  }
  const scope = { ...EMPTY_SCOPE, requests: [plan] };
  return begin(deps, asked, 'revert', { way: 'undo', scope, closeRoutes: [], build: null, reverts: plan });
}

function requireCopies(deps: RequestDeps, compartment: string): CompartmentManifest {
  const manifest = manifestOf(deps, compartment);
  if (manifest.level !== 'L0' && manifest.level !== 'L1') return manifest;
  throw new EstateError(
    'compartment.wrong_state',
    `repairing ${compartment}: at level ${manifest.level} off-site keeps no history of it; a restore is what it can have`,
  );
}

function requireNamed(scope: Scope): void {
  const { sessions, accounts, addresses, requests, keyIds, transactions, untagged, everything } = scope;
  const named = sessions.length + accounts.length + addresses.length + requests.length + keyIds.length + transactions.length;
  if (named > 0 || untagged || everything) return;
  throw new EstateError('input.invalid', 'taking an attack out: the scope names nothing; give a session, an account or a time');
}

async function begin(
  deps: RequestDeps,
  { compartment, operator, reason }: Asked,
  kind: Recovery['kind'],
  asked?: AskedRepair,
  target?: ResolvedTarget,
): Promise<string> {
  const id = deps.newId();
  const record = { id, compartment, kind, requestedBy: operator, reason, startedAt: deps.now() };
  await deps.recoveries.addRecovery({
    ...record,
    ...(asked === undefined ? {} : { asked }),
    ...(target === undefined ? {} : { target }),
  });
  await deps.engine.start(id, kind);
  return id;
}

/**
 * One of two operators lets a recovery pass with its hole open [C24]. With the second word what waits for approval is another
 * difference, with another digest.
 * @throws EstateError `compartment.wrong_state` unless the recovery waits for a decision with its hole open
 */
export async function waiveHole(
  deps: RequestDeps,
  asked: { readonly request: string; readonly operator: string; readonly reason: string },
): Promise<void> {
  const { id, compartment, step, digest, diff } = await deps.recoveries.getRecovery(asked.request);
  if (step !== 'approve' || digest === null || !diff?.hole || diff.hole.open.length === 0) {
    throw new EstateError('compartment.wrong_state', `waiving ${id}: no open hole of it waits for a decision`);
  }
  const { operator, reason } = asked;
  await deps.recorder.append(waiverEntry(id, compartment, operator, reason));
  const waivedBy = [...(await deps.recoveries.addWaiver(id, { operator, reason, givenAt: deps.now() }))].slice(0, WAIVERS_NEEDED);
  const hole = { ...diff.hole, waivedBy };
  const waived = { ...diff, hole };
  await deps.recoveries.change(id, { hole, diff: waived, digest: digestOfDiff(waived) });
}

function waiverEntry(recovery: string, compartment: string, operator: string, reason: string): LedgerRequest {
  return {
    kind: 'hole.waived',
    idempotencyKey: `waive:${recovery}:${operator}`,
    body: { recovery, compartment, operator, reason },
  };
}

/**
 * The second operator's word [C12]. The recovery goes on when the ledger holds it.
 * @throws EstateError `approval.same_person`, `approval.wrong_digest`, `compartment.wrong_state`, `request.not_found`
 */
export async function approveRecovery(
  deps: RequestDeps,
  asked: { readonly request: string; readonly operator: string; readonly digest: string },
): Promise<void> {
  const recovery = await deps.recoveries.getRecovery(asked.request);
  checkApproval(recovery, asked.operator, asked.digest);
  if (!mayPass(recovery.hole)) {
    throw new EstateError(
      'hole.open',
      `approving ${recovery.id}: its hole is open: ${recovery.hole?.open.join('; ') ?? ''}; close it, or let two operators waive it`,
    );
  }
  await decide(deps, {
    recovery: recovery.id,
    operator: asked.operator,
    digest: asked.digest,
    isApproved: true,
    reason: '',
    givenAt: deps.now(),
  });
}

/** Any operator may end a recovery that waits for a decision. */
export async function refuseRecovery(
  deps: RequestDeps,
  asked: { readonly request: string; readonly operator: string; readonly reason: string },
): Promise<void> {
  const recovery = await deps.recoveries.getRecovery(asked.request);
  if (recovery.step !== 'approve' || recovery.digest === null) {
    throw new EstateError(
      'compartment.wrong_state',
      `refusing ${recovery.id}: it does not wait for a decision, it is at ${recovery.step}`,
    );
  }
  await decide(deps, {
    recovery: recovery.id,
    operator: asked.operator,
    digest: recovery.digest,
    isApproved: false,
    reason: asked.reason,
    givenAt: deps.now(),
  });
}

async function decide(deps: RequestDeps, decision: Decision): Promise<void> {
  const counted = await deps.recoveries.decide(decision);
  if (counted.operator !== decision.operator || counted.isApproved !== decision.isApproved) {
    throw new EstateError('compartment.wrong_state', `deciding on ${decision.recovery}: ${counted.operator} decided already`);
  }
  await deps.engine.tellDecided(counted.recovery);
}

function manifestOf(deps: RequestDeps, compartment: string): CompartmentManifest {
  const manifest = deps.manifests.get(compartment);
  if (manifest) return manifest;
  throw new EstateError('compartment.unknown', `recovering ${compartment}: there is no such compartment`);
}

/** The image of a running recovery, from its quarantine. */
export async function openImage(deps: Pick<RecoveryDeps, 'recoveries' | 'reachJail'>, id: string): Promise<WireReply> {
  const { image, quarantine, endedAt } = await deps.recoveries.getRecovery(id);
  if (!image || !quarantine || endedAt) {
    throw new EstateError('request.not_found', `reading image ${id}: no recovery under way has it`);
  }
  return deps.reachJail({ socket: quarantine.socket, secret: quarantine.secret }).openImage();
}

const BLOBS_AT_ONCE = 10_000;

/** The digests of all blobs that rows of the image name, a line each. */
export async function* listImageBlobs(deps: Pick<RecoveryDeps, 'recoveries'>, id: string): AsyncGenerator<string> {
  for (let after = ''; ; ) {
    const digests = await deps.recoveries.listBlobs(id, after, BLOBS_AT_ONCE);
    if (digests.length === 0) return;
    yield `${digests.join('\n')}\n`;
    after = digests.at(-1) ?? '';
  }
}
