import { type CompartmentManifest, ERASURE_ID, type Erasure } from '@bulkhead/contracts';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import type { PublisherPeer } from '#peer/publisher.actions.ts';
import type { VaultPeer } from '#peer/vault.actions.ts';
import type { Recorder } from '#record/record.actions.ts';
import { checkErasureApproval, requireWaiting } from './erasure.rules.ts';
import type { ErasureStore } from './erasure.store.ts';

export type ErasureDeps = {
  readonly erasures: ErasureStore;
  readonly vault: Pick<VaultPeer, 'erase' | 'allow'>;
  readonly publisher: Pick<PublisherPeer, 'findEdition' | 'eraseFile'>;
  readonly manifests: ReadonlyMap<string, CompartmentManifest>;
  readonly recorder: Recorder;
  readonly now: Now;
  readonly newId: () => string;
  readonly log: Log;
};

/** Whether a decision is on an erasure, and not on a recovery. */
export function isErasure(request: string): boolean {
  return ERASURE_ID.test(request);
}

/**
 * Asks that a blob's contents be destroyed, or allowed again. Nothing is done before a second operator approved.
 * @returns the id that the second operator names
 */
export async function requestErasure(
  deps: ErasureDeps,
  asked: { readonly compartment: string; readonly sha256: string; readonly allows: boolean; readonly reason: string },
  operator: string,
): Promise<string> {
  const manifest = deps.manifests.get(asked.compartment);
  if (!manifest?.blobs)
    throw new EstateError(
      'compartment.unknown',
      `erasing contents of ${asked.compartment}: no compartment of this name keeps any`,
    );
  if (manifest.edition && !asked.allows) await requireNotPublic(deps, asked);
  const id = `erasure-${deps.newId()}`;
  await deps.erasures.add({ ...asked, id, requestedBy: operator, requestedAt: deps.now() });
  return id;
}

/** What the public sees is taken off its pages first: an edition is never served with a hole. */
async function requireNotPublic({ publisher }: ErasureDeps, asked: { readonly compartment: string; readonly sha256: string }) {
  const edition = await publisher.findEdition(asked.compartment);
  const shown = edition?.files.find(({ sha256 }) => sha256 === asked.sha256);
  if (!shown) return;
  throw new EstateError(
    'compartment.wrong_state',
    `erasing contents of ${asked.compartment}: the public sees them at ${shown.path}; take them off the pages first`,
  );
}

/**
 * The second operator's word: from here on it is carried out, also after a kill.
 * @throws EstateError `request.not_found`, `compartment.wrong_state`, `approval.same_person`, `approval.wrong_digest`
 */
export async function approveErasure(
  deps: ErasureDeps,
  { request, operator, digest }: { readonly request: string; readonly operator: string; readonly digest: string },
): Promise<void> {
  const erasure = await deps.erasures.get(request);
  checkErasureApproval(erasure, operator, digest);
  // In the ledger before it can be done: no erasure that the ledger does not tell [V15].
  await deps.recorder.append({
    kind: 'approval.given',
    idempotencyKey: `erasure:${request}:approved:${operator}`,
    body: { ...tell(erasure), operator, digest },
  });
  await decide(deps, erasure, operator, true);
}

/** @throws EstateError `request.not_found`, `compartment.wrong_state` */
export async function refuseErasure(deps: ErasureDeps, request: string, operator: string): Promise<void> {
  const erasure = await deps.erasures.get(request);
  requireWaiting(erasure);
  await decide(deps, erasure, operator, false);
}

async function decide(deps: ErasureDeps, erasure: Erasure, by: string, isApproved: boolean): Promise<void> {
  if (await deps.erasures.decide(erasure.id, { by, isApproved, at: deps.now() })) return;
  requireWaiting(await deps.erasures.get(erasure.id));
}

/** Carries out what was approved. Doing it twice is well: the vault forgets a key once, the ledger keeps one entry. */
export async function carryOutErasures(deps: ErasureDeps): Promise<void> {
  for (const erasure of await deps.erasures.listDue()) {
    const { id, compartment, sha256, allows } = erasure;
    if (!allows && deps.manifests.get(compartment)?.edition) await deps.publisher.eraseFile(compartment, sha256);
    const done = allows ? await deps.vault.allow(compartment, sha256) : await deps.vault.erase(compartment, sha256, id);
    await deps.recorder.append({
      kind: 'blob.erased',
      idempotencyKey: `erasure:${id}:done`,
      body: { ...tell(erasure), approvedBy: erasure.decidedBy, bytes: done?.bytes ?? null },
    });
    await deps.erasures.noteDone(id, deps.now());
    deps.log.warn({ erasure: id, compartment, sha256, allows }, 'what two operators decided on a blob is done');
  }
}

function tell({ id, compartment, sha256, allows, reason, requestedBy }: Erasure) {
  return { erasure: id, compartment, sha256, allows, reason, requestedBy };
}
