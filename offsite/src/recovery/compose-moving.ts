import { join } from 'node:path';
import { type Estate, estateOfStandIn, originUrl, type PublicStatus } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { OffsiteDatabase } from '#database/database.store.ts';
import type { Charge } from '#failover/charge.actions.ts';
import type { MoveRequestDeps } from '#failover/failover.actions.ts';
import { MoveKeeper } from '#failover/moving.jobs.ts';
import type { OrderDeps } from '#order/order.actions.ts';
import { reachReadingRoom } from '#peer/reading-room.actions.ts';
import { PublicReadingBoard } from '#public-reading/public-reading.actions.ts';
import { createPublicReadingStore } from '#public-reading/public-reading.store.ts';
import type { RecoveryParts, RecoverySetting } from './app.ts';
import type { RecoveryEngine } from './recovery.workflow.ts';
import type { RecoveryDeps } from './recovery-step.actions.ts';

/** Failover and failback: who asks, who approves, and who carries them out. */
export function composeMoving({ config, estate, newId, now }: RecoverySetting, parts: RecoveryParts, engine: RecoveryEngine) {
  const { moves, charge, recovery } = parts;
  const standIn = estate.standIn ? config.STAND_IN_JSON : undefined;
  const jail = (compartment: string) => {
    const found = recovery.standbys.get(compartment);
    if (found) return found;
    throw new EstateError('failover.failed', `promoting ${compartment}: it has no standby`);
  };
  const keeper = new MoveKeeper({
    moves,
    charge,
    recovery,
    requests: composeRequests(parts, engine, { now, newId }),
    leaseMs: estate.leaseMs,
    standIn: standIn && {
      socketsOf: (compartment) => join(standIn.sockets, `${compartment}-pg`),
    },
    namesMoved: (move) => parts.publicReading.noteMoved(move),
    jailPromotes: {
      catchUp: (compartment, lsn) => jail(compartment).catchUp(lsn),
      promote: (compartment, asked) => jail(compartment).promote(asked),
    },
  });
  const requests: MoveRequestDeps = {
    moves,
    charge,
    recorder: parts.recorder,
    hasStandIn: standIn !== undefined,
    wake: () => keeper.wake(),
    newId,
    now,
  };
  return { keeper, requests };
}

/** What operators' requests for recoveries need. */
export function composeRequests(
  { order, recorder, recovery, resolve }: RecoveryParts,
  engine: RecoveryEngine,
  { now, newId }: Pick<RecoverySetting, 'now' | 'newId'>,
) {
  const { recoveries, history, reopening } = recovery;
  const { book, manifests } = order;
  return { recoveries, book, manifests, history, resolve, recorder, reopening, engine, now, newId };
}

/** Where the public reads while headquarters cannot serve it. */
export function composePublicReading(
  { config, estate, now, log }: RecoverySetting,
  given: {
    readonly db: OffsiteDatabase['db'];
    readonly order: Pick<OrderDeps, 'book'>;
    readonly charge: Charge;
    readonly recovery: Pick<RecoveryDeps, 'supervisor'>;
  },
): PublicReadingBoard {
  const { db, order, charge, recovery } = given;
  const { READING_ROOM_SOCKET: socket, READING_ROOM_SECRET: secret } = config;
  return new PublicReadingBoard({
    estate,
    inCharge: () => charge.site,
    stateOf: (name) => order.book.stateOf(name),
    sinceLeaseMs: (name) => charge.sinceLeaseMs(name),
    store: createPublicReadingStore(db),
    supervisor: recovery.supervisor,
    room: socket && secret ? reachReadingRoom({ socket, secret }) : undefined,
    now,
    log,
  });
}

/** Where people go on while headquarters is lost. */
export function describeSecondSite(estate: Estate, charge: Charge): PublicStatus['secondSite'] {
  const served = charge.site === 'stand-in' ? estateOfStandIn(estate) : undefined;
  if (!served) return undefined;
  const origins = estate.compartments.flatMap(({ manifest }) => manifest.origins);
  const addresses = origins.map(({ title, host }) => ({ title, url: `${originUrl(served, host)}/` }));
  return { sinceAt: charge.sinceAt.toISOString(), addresses };
}
