import {
  admits,
  type OperatorCommand,
  openSigned,
  PURPOSES,
  type Retained,
  type Signed,
  type SignedCommand,
  signedCommandSchema,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import { type CollectionDeps, requestCollection } from '#collection/collection.actions.ts';
import { type DrillDeps, requestDrill } from '#drill/drill.actions.ts';
import { requestErasure } from '#erasure/erasure.actions.ts';
import { requestMove } from '#failover/failover.actions.ts';
import { waiveScope } from '#incident/reopening.actions.ts';
import { type SealDeps, sealCompartment } from '#order/seal/seal.actions.ts';
import type { Seal } from '#order/seal/seal.rules.ts';
import type { ArchivePeer } from '#peer/archive.actions.ts';
import type { PublisherPeer } from '#peer/publisher.actions.ts';
import type { PublicReadingBoard } from '#public-reading/public-reading.actions.ts';
import { lookAt, type QuarantineDeps, releaseQuarantine } from '#quarantine/quarantine.actions.ts';
import { requestReadmission } from '#readmission/readmission.actions.ts';
import type { Recorder } from '#record/record.actions.ts';
import { requestReopening, requestRestore, requestRevert, requestUndo, waiveHole } from '#recovery/recovery.actions.ts';
import { type FindingDeps, raiseFinding } from '#watch/finding.actions.ts';
import { answerOf } from './answer.rules.ts';
import { checkFresh, isSuspicious } from './command.rules.ts';
import type { CommandStore } from './command.store.ts';
import { type DecisionDeps, decideOn } from './decision.actions.ts';
import { tellSeal } from './desk.rules.ts';

export type CommandDeps = DecisionDeps & {
  readonly commands: CommandStore;
  readonly operatorKeys: readonly VerifyingKey[];
  readonly recorder: Recorder;
  readonly seal: SealDeps;
  readonly finding: FindingDeps;
  readonly drill: DrillDeps;
  readonly collection: CollectionDeps;
  readonly quarantine: QuarantineDeps;
  readonly publicReading: Pick<PublicReadingBoard, 'moveNames'>;
  readonly publisher: Pick<PublisherPeer, 'rollBack' | 'resume'>;
  readonly archive: Pick<ArchivePeer, 'retain' | 'rotateKeys'>;
  readonly now: Now;
};

export type CommandReply = {
  /** The number under which an earlier edition is shown again. */
  readonly edition?: number;
  readonly request?: string;
  readonly recovery?: string;
  readonly drill?: string;
  readonly collection?: string;
  /** A copy that stands apart, to be looked at. */
  readonly quarantine?: string;
  readonly epoch?: number;
  /** Whether how long the archive is kept was changed, or waits for a second operator. */
  readonly retained?: Retained;
  /** Missing while the receiver has not told its position. */
  readonly seal?: NonNullable<ReturnType<typeof tellSeal>>;
};

/**
 * Obeys an operator's signed command: genuine, fresh, and once [C14]. What is refused is a finding.
 * @throws EstateError `operator.unknown`, `signature.invalid`, `order.stale`, and what the command itself may throw
 */
export async function obeyCommand(deps: CommandDeps, signed: Signed): Promise<CommandReply> {
  try {
    const { value, keyId } = openCommand(deps, signed);
    checkFresh(value.issuedAt, deps.now());
    await useNonce(deps, value, keyId, signed);
    const [reply] = await Promise.all([carryOut(deps, value.command, keyId, signed), recordCommand(deps, value, keyId, signed)]);
    return reply;
  } catch (error) {
    if (isSuspicious(error)) await reportRefusal(deps, signed.keyId, error);
    throw error;
  }
}

function openCommand(deps: CommandDeps, signed: Signed): { readonly value: SignedCommand; readonly keyId: string } {
  if (!deps.operatorKeys.some(({ keyId }) => keyId === signed.keyId)) {
    throw new EstateError('operator.unknown', 'obeying a command: its key is not that of an enrolled operator');
  }
  return openSigned(signed, { purpose: PURPOSES.command, keys: deps.operatorKeys, schema: signedCommandSchema });
}

async function useNonce(deps: CommandDeps, value: SignedCommand, operator: string, signed: Signed): Promise<void> {
  const kept = { nonce: value.nonce, operator, kind: value.command.kind, signed, receivedAt: deps.now() };
  if (await deps.commands.keepCommand(kept)) return;
  throw new EstateError('order.stale', 'obeying a command: it was used before; sign a new one');
}

function recordCommand(deps: CommandDeps, value: SignedCommand, operator: string, signed: Signed): Promise<void> {
  return deps.recorder.note({
    kind: 'command.received',
    idempotencyKey: `command:${value.nonce}`,
    body: { operator, command: value.command, issuedAt: value.issuedAt, signed },
  });
}

async function carryOut(deps: CommandDeps, command: OperatorCommand, operator: string, signed: Signed): Promise<CommandReply> {
  if (command.kind === 'approve' || command.kind === 'refuse') return decideOn(deps, command, operator);
  if (command.kind === 'failover' || command.kind === 'failback')
    return { request: await requestMove(deps.moving, { kind: command.kind, operator, reason: command.reason }) };
  if (command.kind === 'readmit')
    return { request: await requestReadmission(deps.readmission, { operator, reason: command.reason }) };
  if (command.kind === 'read-off-site') {
    await answerOf(deps.publicReading.moveNames({ way: command.way, operator, reason: command.reason }));
    return {};
  }
  if (command.kind === 'waive') {
    const [, incident] = /^incident-(\d{1,9})$/.exec(command.request) ?? [];
    if (incident !== undefined) {
      await waiveScope(deps.requests.reopening, { incident: Number(incident), operator, reason: command.reason });
      return {};
    }
    await waiveHole(deps.requests, { request: command.request, operator, reason: command.reason });
    return { recovery: command.request };
  }
  if (command.kind === 'release') {
    await releaseQuarantine(deps.quarantine, command.quarantine);
    return {};
  }
  const { compartment, reason } = command;
  if (command.kind === 'seal') return describeSealed(await sealCompartment(deps.seal, { compartment, by: [operator], reason }));
  if (command.kind === 'rollback') return { edition: await answerOf(deps.publisher.rollBack(compartment, command.number)) };
  if (command.kind === 'publish') {
    await goOnPublishing(deps, compartment);
    return {};
  }
  // The receiver verifies the signature itself: no other process can shorten what is kept.
  if (command.kind === 'retain') return { retained: await answerOf(deps.archive.retain(compartment, signed)) };
  if (command.kind === 'rotate-keys') {
    await answerOf(deps.archive.rotateKeys(compartment));
    return {};
  }
  if (command.kind === 'erase') return { request: await requestErasure(deps.erasure, command, operator) };
  if (command.kind === 'quarantine')
    return { quarantine: await lookAt(deps.quarantine, { compartment, operator, reason, target: command.target }) };
  if (command.kind === 'drill')
    return { drill: await requestDrill(deps.drill, { compartment, operator, mode: command.mode, reason }) };
  if (command.kind === 'collect')
    return {
      collection: await requestCollection(deps.collection, { compartment, operator, isPreview: command.isPreview, reason }),
    };
  const id = await request(deps, command, operator);
  return { request: id, recovery: id };
}

/** What a contained compartment's rows say must not follow after its seal: its recovery lets it publish again. */
async function goOnPublishing({ seal, publisher }: CommandDeps, compartment: string): Promise<void> {
  const state = seal.book.stateOf(compartment);
  if (state !== undefined && admits(state) === 'nothing')
    throw new EstateError(
      'compartment.wrong_state',
      `publishing ${compartment} again: it is ${state}; it goes on with its recovery`,
    );
  await answerOf(publisher.resume(compartment, { mayVanish: [] }));
}

type Requested = Extract<OperatorCommand, { readonly kind: 'restore' | 'open' | 'undo' | 'revert' }>;

function request(deps: CommandDeps, command: Requested, operator: string): Promise<string> {
  const asked = { compartment: command.compartment, operator, reason: command.reason };
  if (command.kind === 'restore') return requestRestore(deps.requests, { ...asked, target: command.target });
  if (command.kind === 'open') return requestReopening(deps.requests, asked);
  if (command.kind === 'revert') return requestRevert(deps.requests, { ...asked, plan: command.plan });
  const { way, scope, closeRoutes, build } = command;
  return requestUndo(deps.requests, { ...asked, way, scope, closeRoutes, build: build ?? null });
}

function describeSealed(seal: Seal): CommandReply {
  const told = tellSeal(seal);
  return { epoch: seal.epoch, ...(told ? { seal: told } : {}) };
}

async function reportRefusal(deps: CommandDeps, keyId: string, error: EstateError): Promise<void> {
  await raiseFinding(
    deps.finding,
    {
      rule: 'operator.refused',
      compartment: null,
      summary: 'a command of an operator was refused',
      evidence: { keyId, code: error.code, message: error.message.slice(0, 500) },
      seenAt: deps.now().toISOString(),
    },
    'desk',
  );
}
