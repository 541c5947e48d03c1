import type { Applied, CompartmentManifest, LedgerRequest, SigningKey } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { Recorder } from '#record/record.actions.ts';
import { checkNeeds, type IssuedOrder, type OrderDraft, signOrder, standingWith } from './order.rules.ts';
import type { OrderStore } from './order.store.ts';
import type { OrderBook, Part } from './order-book.actions.ts';

export type OrderDeps = {
  readonly orders: OrderStore;
  readonly book: OrderBook;
  readonly recorder: Recorder;
  readonly manifests: ReadonlyMap<string, CompartmentManifest>;
  readonly key: SigningKey;
  readonly now: Now;
};

export type AskedOrder = Omit<OrderDraft, 'epoch'> & {
  /** Only if this is still the highest epoch: nobody gave another order in between. */
  readonly afterEpoch?: number;
};

/**
 * Issues an order, once for each cause [C3], and shows it to headquarters when the ledger holds it [C1].
 * @throws EstateError `order.stale` after another order, `compartment.wrong_state` when what it needs is not open
 */
export async function issueOrder(deps: OrderDeps, asked: AskedOrder): Promise<IssuedOrder> {
  const { issued, isReleased } = await deps.book.inTurn(asked.compartment, () => addOrder(deps, asked));
  if (!isReleased) await releaseOrder(deps, issued);
  return issued;
}

async function addOrder(deps: OrderDeps, asked: AskedOrder) {
  const { afterEpoch, ...draft } = asked;
  const known = await deps.orders.findByCause(asked.cause);
  if (known) return { issued: known, isReleased: known.isReleased };
  const current = deps.book.issued(asked.compartment);
  if (afterEpoch !== undefined && current?.epoch !== afterEpoch) {
    throw new EstateError('order.stale', `ordering ${asked.compartment} to be ${asked.state}: another order came in between`);
  }
  const manifest = deps.manifests.get(asked.compartment);
  if (asked.state === 'open' && current && manifest) checkNeeds(manifest, (name) => deps.book.stateOf(name));
  const issued = signOrder(deps.key, { ...standingWith(current), ...draft, epoch: (current?.epoch ?? 0) + 1 }, deps.now());
  await deps.orders.addOrder(issued);
  deps.book.noteIssued(issued);
  return { issued, isReleased: false };
}

/** Brings an order to the ledger, then into sight of headquarters. */
export async function releaseOrder(deps: OrderDeps, issued: IssuedOrder): Promise<void> {
  await deps.recorder.append(orderEntry(issued));
  if (!deps.book.release(issued)) return;
  await deps.orders.markReleased(issued.order.compartment, issued.order.epoch, deps.now());
}

function orderEntry({ order, signed, cause }: IssuedOrder): LedgerRequest {
  const { compartment, epoch, state, by, reason } = order;
  return {
    kind: 'order.issued',
    idempotencyKey: `order:${compartment}:${epoch}`,
    body: { compartment, epoch, state, by, reason, cause, signed },
  };
}

/** Keeps what a part of headquarters says it carried out. */
export async function recordApplied(deps: OrderDeps, applied: Applied): Promise<void> {
  const current = deps.book.issued(applied.compartment);
  if (!current) throw new EstateError('compartment.unknown', `recording an applied order: no compartment ${applied.compartment}`);
  if (applied.epoch > current.epoch) {
    throw new EstateError(
      'order.not_allowed',
      `recording an applied order: ${applied.compartment} has no epoch ${applied.epoch} yet`,
    );
  }
  const receivedAt = deps.now();
  deps.book.noteApplied({ ...applied, receivedAt });
  await deps.orders.addApplied(applied, receivedAt);
}

/**
 * Waits until the parts say they carried out an order.
 * @throws EstateError `order.stale` when a newer order takes its place, `request.timed_out`, `process.unhealthy` when a part cannot
 */
export async function waitApplied(
  deps: Pick<OrderDeps, 'book' | 'now'>,
  asked: {
    readonly compartment: string;
    readonly epoch: number;
    readonly parts: readonly Part[];
    readonly withinMs: number;
    /** A part that says again and again, for this long, that it failed is believed. */
    readonly failingMs: number;
    readonly signal?: AbortSignal;
  },
): Promise<void> {
  const { book, now } = deps;
  const endsAt = now().getTime() + asked.withinMs;
  const firstFailedAt = new Map<Part, Date>();
  for (;;) {
    asked.signal?.throwIfAborted();
    if ((book.issued(asked.compartment)?.epoch ?? 0) > asked.epoch) {
      throw new EstateError('order.stale', `waiting for ${asked.compartment}: a newer order took the place of ${asked.epoch}`);
    }
    const waiting = asked.parts.filter((part) => !isDone(book, asked.compartment, asked.epoch, part));
    if (waiting.length === 0) return;
    for (const part of waiting) refuseFailing(book, asked, part, firstFailedAt);
    const at = now().getTime();
    if (at >= endsAt) {
      throw new EstateError(
        'request.timed_out',
        `waiting for ${asked.compartment}: ${waiting.join(' and ')} did not carry out order ${asked.epoch} within ${asked.withinMs} ms`,
      );
    }
    await book.untilChanged(Math.min(1000, endsAt - at), asked.signal);
  }
}

// One failure is not the end: the part tries again, and may be long at it. Failures that go on coming are.
function refuseFailing(
  book: OrderBook,
  asked: { readonly compartment: string; readonly epoch: number; readonly failingMs: number },
  part: Part,
  firstFailedAt: Map<Part, Date>,
): void {
  const told = book.applied(asked.compartment, part);
  if (told?.epoch !== asked.epoch || told.ok) return;
  const first = firstFailedAt.get(part) ?? told.receivedAt;
  firstFailedAt.set(part, first);
  if (told.receivedAt.getTime() - first.getTime() < asked.failingMs) return;
  throw new EstateError(
    'process.unhealthy',
    `waiting for ${asked.compartment}: ${part} cannot carry out order ${asked.epoch}: ${told.detail}`,
  );
}

function isDone(book: OrderBook, compartment: string, epoch: number, part: Part): boolean {
  const applied = book.applied(compartment, part);
  return applied?.epoch === epoch && applied.ok && applied.state === book.stateOf(compartment);
}

/** Reads what stands in the database into the book. Orders that headquarters has not seen stay hidden until they are completed. */
export async function loadOrders(deps: OrderDeps): Promise<void> {
  for (const stored of await deps.orders.listLatest()) {
    if (!deps.manifests.has(stored.order.compartment)) continue;
    deps.book.noteIssued(stored);
    if (stored.isReleased) deps.book.release(stored);
  }
  for (const applied of await deps.orders.listApplied()) deps.book.noteApplied(applied);
}

/** Gives each compartment its first order, and brings out orders that a crash kept hidden. Seals are completed by themselves. */
export async function settleOrders(deps: OrderDeps): Promise<void> {
  for (const compartment of deps.manifests.keys()) {
    const issued = deps.book.issuedOrder(compartment);
    if (!issued) await issueFirstOrder(deps, compartment);
    else if (issued.order.state !== 'sealed' && deps.book.released(compartment)?.order.epoch !== issued.order.epoch) {
      await releaseOrder(deps, issued);
    }
  }
}

function issueFirstOrder(deps: OrderDeps, compartment: string): Promise<IssuedOrder> {
  return issueOrder(deps, {
    compartment,
    state: 'open',
    cause: `first:${compartment}`,
    reason: 'the compartment joins the estate',
    by: ['rule:estate.joined'],
  });
}
