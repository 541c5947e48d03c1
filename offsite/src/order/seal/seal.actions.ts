import type { Applied, LedgerRequest, StreamSeal } from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import type { OrderDeps } from '#order/order.actions.ts';
import { type IssuedOrder, mayHoldLease, signOrder, standingWith } from '#order/order.rules.ts';
import type { ReceiverPeer } from '#peer/receiver.actions.ts';
import type { Seal } from './seal.rules.ts';
import type { SealStore } from './seal.store.ts';

export type SealDeps = OrderDeps & {
  readonly seals: SealStore;
  readonly receiver: Pick<ReceiverPeer, 'seal'>;
  readonly log: Log;
  /** Seals under way, so that two requests become one. */
  readonly underWay: Map<string, Promise<Seal>>;
};

export type AskedSeal = {
  readonly compartment: string;
  readonly by: readonly string[];
  readonly reason: string;
  /** Even if the order in force says sealed: the receiver was found unsealed. */
  readonly again?: boolean;
};

/** A seal does not wait longer than this for a ledger that is away: containing goes first, its entry follows [C1]. */
const LEDGER_WAIT_MS = 1000;

/**
 * Seals a compartment, off-site first: the receiver's position, the ledger's record, then the order [C1, C5].
 * A compartment that is sealed already answers with the seal it has.
 */
export function sealCompartment(deps: SealDeps, asked: AskedSeal): Promise<Seal> {
  const running = deps.underWay.get(asked.compartment);
  if (running) return running;
  const sealing = sealOnce(deps, asked).finally(() => deps.underWay.delete(asked.compartment));
  deps.underWay.set(asked.compartment, sealing);
  return sealing;
}

async function sealOnce(deps: SealDeps, asked: AskedSeal): Promise<Seal> {
  const { book, now, seals } = deps;
  const current = book.issued(asked.compartment);
  if (!current) throw new EstateError('compartment.unknown', `sealing ${asked.compartment}: there is no such compartment`);
  if (current.state !== 'sealed' || asked.again) {
    book.contain(asked.compartment);
    await book.inTurn(asked.compartment, () => beginSeal(deps, asked, now()));
  }
  const epoch = book.issued(asked.compartment)?.epoch ?? 0;
  const seal = await seals.findSeal(asked.compartment, epoch);
  if (seal) return seal;
  throw new EstateError('compartment.wrong_state', `sealing ${asked.compartment}: another order took its place`);
}

async function beginSeal(deps: SealDeps, asked: AskedSeal, requestedAt: Date): Promise<void> {
  const { book, seals, key, now } = deps;
  const { compartment, reason } = asked;
  const current = book.issued(compartment);
  if (!current || (current.state === 'sealed' && !asked.again)) return;
  const epoch = current.epoch + 1;
  const issued = signOrder(
    key,
    {
      ...standingWith(current),
      compartment,
      epoch,
      state: 'sealed',
      reason,
      by: [...asked.by].slice(0, 10),
      cause: `seal:${compartment}:${epoch}`,
    },
    now(),
  );
  const [answer] = await Promise.all([askReceiver(deps, compartment, epoch), seals.addSeal(issued, requestedAt)]);
  book.noteIssued(issued);
  await completeSeal(deps, issued, answer);
}

/** Ledger and database side by side; the order goes out when the ledger has the record. */
async function completeSeal(deps: SealDeps, issued: IssuedOrder, answer: StreamSeal | undefined): Promise<void> {
  const { compartment, epoch } = issued.order;
  const entry = sealEntry(issued, answer);
  const recording = deps.recorder.append(entry, LEDGER_WAIT_MS).then(
    async () => {
      deps.book.release(issued);
      await deps.seals.noteRecorded(compartment, epoch, deps.now());
    },
    async (error: unknown) => {
      deps.log.error({ err: error, compartment, epoch }, 'the ledger does not answer: sealing all the same, its entry follows');
      deps.book.release(issued);
      await deps.recorder.note(entry);
    },
  );
  await Promise.all([recording, answer && deps.seals.noteAnswer(compartment, epoch, answer)]);
  await deps.orders.markReleased(compartment, epoch, deps.now());
}

async function askReceiver(deps: SealDeps, compartment: string, epoch: number): Promise<StreamSeal | undefined> {
  try {
    return await deps.receiver.seal(compartment, epoch);
  } catch (error) {
    // Without a receiver nothing is acknowledged either; its position is asked again until it answers.
    deps.log.error({ err: error, compartment, epoch }, 'the receiver does not answer: sealing headquarters all the same');
    return undefined;
  }
}

function sealEntry({ order, signed }: IssuedOrder, answer: StreamSeal | undefined): LedgerRequest {
  const { compartment, epoch, by, reason } = order;
  const position = answer
    ? { lsn: answer.lsn, timeline: answer.timeline, sealedAt: answer.sealedAt }
    : { lsn: null, timeline: null, sealedAt: null, receiver: 'out of reach' };
  const key = answer ? `seal:${compartment}:${epoch}` : `seal:${compartment}:${epoch}:unanswered`;
  return { kind: 'seal.recorded', idempotencyKey: key, body: { compartment, epoch, by, reason, ...position, signed } };
}

/**
 * Takes over a seal that an operator gave at headquarters while off-site was out of reach: headquarters tells of it with the
 * order that was in force. Nobody at headquarters can undo it, so it is off-site's own from here on.
 */
export async function adoptLocalSeal(deps: SealDeps, applied: Applied): Promise<void> {
  const current = deps.book.issued(applied.compartment);
  const isSealedThere = applied.part === 'supervisor' && applied.ok && applied.state === 'sealed';
  if (!isSealedThere || current?.epoch !== applied.epoch || !mayHoldLease(current.state)) return;
  await sealCompartment(deps, {
    compartment: applied.compartment,
    by: ['rule:headquarters.sealed'],
    reason: `sealed at headquarters while off-site was out of reach: ${applied.detail}`.slice(0, 500),
  });
}

/** Finishes what a crash or a receiver out of reach left undone; does nothing otherwise. */
export async function completeSeals(deps: SealDeps): Promise<void> {
  for (const seal of await deps.seals.listLatest()) {
    const issued = deps.book.issuedOrder(seal.compartment);
    if (issued?.order.epoch !== seal.epoch) continue;
    if (deps.underWay.has(seal.compartment)) continue;
    if (seal.sealedAt !== null && seal.recordedAt !== null && deps.book.released(seal.compartment)?.order.epoch === seal.epoch)
      continue;
    await deps.book.inTurn(seal.compartment, async () => {
      const answer = await askReceiver(deps, seal.compartment, seal.epoch);
      await completeSeal(deps, issued, answer);
    });
  }
}
