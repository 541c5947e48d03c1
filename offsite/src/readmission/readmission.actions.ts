import { READMISSION_ID, type Readmission, type Readmitted, type RunningSite } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import { type SealDeps, sealCompartment } from '#order/seal/seal.actions.ts';
import type { Recorder } from '#record/record.actions.ts';
import { checkApproval, requireUsable, requireWaiting } from './readmission.rules.ts';
import type { ReadmissionStore } from './readmission.store.ts';

export type ReadmissionDeps = {
  readonly readmissions: ReadmissionStore;
  readonly seal: SealDeps;
  /** Who runs the compartments now. */
  readonly charge: { readonly site: RunningSite };
  readonly recorder: Recorder;
  readonly now: Now;
  readonly newId: () => string;
};

/** Whether a decision is on a readmission, and not on a recovery. */
export function isReadmission(request: string): boolean {
  return READMISSION_ID.test(request);
}

/**
 * Asks that headquarters be given up and a new one be let in. Nothing is done before a second operator approved.
 * @returns the id that the second operator names
 */
export async function requestReadmission(
  { readmissions, now, newId }: ReadmissionDeps,
  asked: { readonly operator: string; readonly reason: string },
): Promise<string> {
  const id = `readmission-${newId()}`;
  await readmissions.add({ id, reason: asked.reason, requestedBy: asked.operator, requestedAt: now() });
  return id;
}

/**
 * The second operator's word, in the ledger before anything is done [LK12]. What headquarters ran is sealed: nothing comes from it
 * any more, and what the new one runs is restored from the archive.
 * @throws EstateError `request.not_found`, `site.wrong_state`, `approval.same_person`, `approval.wrong_digest`
 */
export async function approveReadmission(
  deps: ReadmissionDeps,
  { request, operator, digest }: { readonly request: string; readonly operator: string; readonly digest: string },
): Promise<void> {
  const { readmissions, recorder, now } = deps;
  const readmission = await readmissions.get(request);
  checkApproval(readmission, operator, digest, now());
  await recorder.append({
    kind: 'approval.given',
    idempotencyKey: `${request}:approved:${operator}`,
    body: { ...tell(readmission), operator, digest },
  });
  if (!(await readmissions.decide(request, { by: operator, isApproved: true, at: now() })))
    requireWaiting(await readmissions.get(request), now());
  await sealHeadquarters(deps, readmission, operator);
}

/** The stand-in goes on while it is in charge: then nothing runs at headquarters. */
async function sealHeadquarters({ seal, charge }: ReadmissionDeps, { id, requestedBy }: Readmission, operator: string) {
  if (charge.site !== 'headquarters') return;
  const running = [...seal.manifests.keys()].filter((name) => ['open', 'read-only'].includes(seal.book.stateOf(name) ?? ''));
  const asked = { by: [requestedBy, operator], reason: `headquarters is given up (${id})` };
  await Promise.all(running.map((compartment) => sealCompartment(seal, { compartment, ...asked })));
}

/** @throws EstateError `request.not_found`, `site.wrong_state` */
export async function refuseReadmission(deps: ReadmissionDeps, request: string, operator: string): Promise<void> {
  const { readmissions, now } = deps;
  requireWaiting(await readmissions.get(request), now());
  if (!(await readmissions.decide(request, { by: operator, isApproved: false, at: now() })))
    requireWaiting(await readmissions.get(request), now());
}

/**
 * A new headquarters has shown the one-time code: in the ledger before anybody knows it, and once [LK12].
 * @throws EstateError `request.not_found`, `site.wrong_state`
 */
export async function useReadmission(deps: ReadmissionDeps, id: string, readmitted: Readmitted): Promise<void> {
  const { readmissions, recorder, now } = deps;
  const readmission = await readmissions.get(id);
  requireUsable(readmission, now());
  await recorder.append({
    kind: 'site.readmitted',
    idempotencyKey: `${id}:used:${readmitted.pin}`,
    body: { ...tell(readmission), approvedBy: readmission.decidedBy, ...readmitted },
  });
  // A kill behind the approval may have left something open.
  await sealHeadquarters(deps, readmission, readmission.decidedBy ?? readmission.requestedBy);
  if (await readmissions.use(id, now())) return;
  throw new EstateError('site.wrong_state', `letting a new headquarters in by ${id}: another one joined meanwhile`);
}

function tell({ id, reason, requestedBy }: Readmission) {
  return { readmission: id, reason, requestedBy };
}
