import type { CompartmentManifest, Recovery } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { WireReply } from '@bulkhead/wire';
import { checkNeeds } from '#order/order.rules.ts';
import type { OrderBook } from '#order/order-book.actions.ts';
import { checkApproval } from './recovery.rules.ts';
import type { Decision, RecoveryStore } from './recovery.store.ts';
import type { RecoveryEngine } from './recovery.workflow.ts';
import type { RecoveryDeps } from './recovery-step.actions.ts';

export type RequestDeps = {
  readonly recoveries: RecoveryStore;
  readonly book: OrderBook;
  readonly manifests: ReadonlyMap<string, CompartmentManifest>;
  readonly engine: Pick<RecoveryEngine, 'start' | 'tellDecided'>;
  readonly now: Now;
  readonly newId: () => string;
};

type Asked = { readonly compartment: string; readonly operator: string; readonly reason: string };

/**
 * Begins to restore a compartment from off-site. Sealing it is the first step.
 * @returns the recovery's id, which a second operator names in the approval
 */
export async function requestRestore(deps: RequestDeps, asked: Asked): Promise<string> {
  const manifest = manifestOf(deps, asked.compartment);
  if (manifest.level === 'L0') {
    throw new EstateError('compartment.wrong_state', `restoring ${asked.compartment}: at level L0 off-site keeps no copy of it`);
  }
  return begin(deps, asked, 'restore');
}

/** Begins to reopen a sealed compartment as it stands. */
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
  return begin(deps, asked, 'reopen');
}

async function begin(deps: RequestDeps, { compartment, operator, reason }: Asked, kind: Recovery['kind']): Promise<string> {
  const id = deps.newId();
  await deps.recoveries.addRecovery({ id, compartment, kind, requestedBy: operator, reason, startedAt: deps.now() });
  await deps.engine.start(id, kind);
  return id;
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
