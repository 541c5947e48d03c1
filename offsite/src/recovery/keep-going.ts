import { sleepMs } from '@bulkhead/kernel';
import { nameCaughtUp } from '#acknowledgement/acknowledgement.actions.ts';
import { collectionRound } from '#collection/collection.actions.ts';
import { drillRound } from '#drill/drill.actions.ts';
import { carryOutErasures } from '#erasure/erasure.actions.ts';
import { keepPublicInformed } from '#notice/notice.actions.ts';
import { pauseContained } from '#notice/publishing.actions.ts';
import { settleOrders } from '#order/order.actions.ts';
import { completeSeals } from '#order/seal/seal.actions.ts';
import { reachStatus } from '#peer/status.actions.ts';
import { every, runRounds } from '#record/round.actions.ts';
import { sealForFindings } from '#watch/finding.actions.ts';
import type { RecoveryParts, RecoverySetting } from './app.ts';
import { describeSecondSite } from './compose-moving.ts';

const EVERY_MS = 1000;
const DRILL_LOOK_MS = 2000;
const KEY_LOOK_MS = 600_000;
const WINDOWS_TOLD = 200;

/** What runs by itself: each part reads the world again and again, and does what is owed. */
export function keepGoing(
  { config, estate, now, log }: RecoverySetting,
  parts: RecoveryParts,
  signal: AbortSignal,
): Promise<void>[] {
  const { order, seal, finding, recorder, testimony, streams, recovery, drill, notices, charge, publicReading } = parts;
  const { book } = order;
  const manifests = [...order.manifests.values()];
  const informing = {
    notices,
    recorder,
    status: reachStatus({ socket: config.STATUS_SOCKET, secret: config.STATUS_SECRET }),
    organisation: estate.organisation,
    isSample: estate.isSample,
    manifests,
    listOrders: () => book.listReleased().map((released) => released.order),
    listWindows: () => testimony.windows.listNewest(WINDOWS_TOLD),
    secondSite: () => describeSecondSite(estate, charge),
    publicReading: () => publicReading.tellReaders(),
    untilChanged: (withinMs: number, until: AbortSignal) => book.untilChanged(withinMs, until),
    now,
    log,
  };
  const pausing = {
    manifests,
    stateOf: (name: string) => book.stateOf(name),
    publisher: recovery.publisher,
    paused: new Set<string>(),
  };
  const rounds: readonly (readonly [what: string, work: () => Promise<void>])[] = [
    ['settling orders', () => settleOrders(order)],
    ['completing seals', () => completeSeals(seal)],
    ['sealing for findings', () => sealForFindings(finding)],
    ['looking at the streams', () => streams.look()],
    ['carrying out erasures', () => carryOutErasures(parts.erasure)],
    ['pausing the publisher', () => pauseContained(pausing)],
    ['naming what history has caught up with', () => nameCaughtUp(recovery.acknowledgement)],
  ];
  const looking = { what: 'looking at the keys', log, signal };
  return [
    runRounds(
      looking,
      () => parts.keys.look(),
      (isWell) => sleepMs(isWell ? KEY_LOOK_MS : EVERY_MS, signal).catch(() => undefined),
    ),
    runRounds({ what: 'drilling', log, signal }, () => unlessStopped(drillRound(drill), signal), every(DRILL_LOOK_MS, signal)),
    runRounds(
      { what: 'collecting', log, signal },
      () => unlessStopped(collectionRound(parts.collection), signal),
      every(DRILL_LOOK_MS, signal),
    ),
    ...rounds.map(([what, work]) => runRounds({ what, log, signal }, work, every(EVERY_MS, signal))),
    keepPublicInformed(informing, signal),
  ];
}

/** What may take hours is cut off when this process stops, as by a kill: it begins anew. */
async function unlessStopped(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  signal.addEventListener('abort', stop, { once: true });
  await Promise.race([work, stopped]).finally(() => signal.removeEventListener('abort', stop));
}
