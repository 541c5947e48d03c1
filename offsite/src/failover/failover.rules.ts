import { createHash } from 'node:crypto';
import {
  type Applied,
  type CompartmentManifest,
  hasCluster,
  type MovedCompartment,
  type Order,
  type RunningSite,
  type SiteMove,
  type Verification,
} from '@bulkhead/contracts';
import { canonicalJson, EstateError } from '@bulkhead/kernel';
import { listCatalogChecks } from '#recovery/catalog-check.rules.ts';

/** What a move keeps of itself between its steps. */
export type Progress = Pick<SiteMove, 'steps' | 'compartments'>;

const STORAGE_LOST = 'rule:storage.lost';
/** Asking is no standing leave: after so long it is asked anew. */
export const ASKED_KEEPS_MS = 3_600_000;
/** Headquarters asks for orders several times a minute; silent for so long it is not there. */
export const HOME_SILENT_MS = 60_000;

/**
 * Refuses whoever is not in charge [FO1]: it gets no order, no lease and no secret, and nothing that it tells is heard.
 * @throws EstateError `site.not_in_charge`
 */
export function requireCharge(inCharge: RunningSite, caller: string): void {
  if (caller === inCharge) return;
  throw new EstateError(
    'site.not_in_charge',
    `answering ${caller}: ${inCharge} runs the compartments now; close everything and wait until you are asked back`,
  );
}

/** What the second operator approves. */
export function digestOfMove(move: Pick<SiteMove, 'id' | 'kind' | 'requestedBy' | 'reason'>): string {
  const { id, kind, requestedBy, reason } = move;
  return createHash('sha256').update(canonicalJson({ id, kind, requestedBy, reason })).digest('hex');
}

/**
 * Which compartments a move takes along: those that ran, and those that are sealed only because headquarters' data were lost.
 * What somebody sealed for another reason stays sealed: its restore goes to whoever is in charge by then.
 */
export function listMoving(
  manifests: readonly CompartmentManifest[],
  orderOf: (name: string) => Order | undefined,
): MovedCompartment[] {
  return manifests.flatMap((manifest): MovedCompartment[] => {
    const order = orderOf(manifest.name);
    const was = order && ranBefore(order);
    if (was === undefined) return [];
    const failure = hasCluster(manifest) ? null : `off-site keeps no copy of it (level ${manifest.level})`;
    const nothing = { sealEpoch: null, sealLsn: null, sealTimeline: null, timeline: null, image: null, recovery: null };
    return [{ name: manifest.name, was, ...nothing, failure }];
  });
}

function ranBefore({ state, by }: Order): MovedCompartment['was'] | undefined {
  if (state === 'open' || state === 'read-only') return state;
  return state === 'sealed' && by.length > 0 && by.every((one) => one === STORAGE_LOST) ? 'open' : undefined;
}

const MINUTE_MS = 60_000;
/** Clocks of two machines drift, and a lease is told over a link. */
const MARGIN_MS = 250;
const DRIFT = 0.01;

/**
 * How long after the last lease its holder may still write, by off-site's own clock: the lease, and the minutes that the manifest
 * lets it go on alone.
 */
export function holdsForMs(leaseMs: number, { seal }: Pick<CompartmentManifest, 'seal'>): number {
  const aloneMs = seal.unreachable === 'stop' ? 0 : seal.unreachable.degradeMinutes * MINUTE_MS;
  return Math.ceil((leaseMs + aloneMs) * (1 + DRIFT)) + MARGIN_MS;
}

/**
 * How long is still to be waited until the site before can write no more [FO2]: 0 when its supervisor told that it carried out the
 * closing order of this very epoch, or when the last lease has run out.
 */
export function leftToFenceMs(given: {
  readonly applied: Applied | undefined;
  readonly sealEpoch: number;
  /** Since the last lease, by the monotonic clock; since the start of this process, if it gave none. */
  readonly sinceLeaseMs: number;
  readonly holdsForMs: number;
}): number {
  const { applied, sealEpoch } = given;
  const isProven = applied?.ok === true && applied.epoch >= sealEpoch && applied.state === 'sealed';
  return isProven ? 0 : Math.max(0, given.holdsForMs - given.sinceLeaseMs);
}

/** What a catalog is asked before it goes live, numbered: a name is for people. */
export function checksBeforePromotion({ name }: Pick<CompartmentManifest, 'name'>) {
  return listCatalogChecks(name).map((check, index) => ({ ...check, id: `check-${index}` }));
}

/**
 * Judges what a standby tells of its catalog [FO5]; a check that it left out counts as failed.
 * @returns what stands against it, for people; empty if nothing does
 */
export function judgeCatalog(manifest: Pick<CompartmentManifest, 'name'>, found: Verification): string[] {
  const { migrations, checks, checksums } = found;
  const faults = checksBeforePromotion(manifest).flatMap(({ id, name }) => {
    const answer = checks.find((check) => check.name === id);
    if (!answer) return [`${name}: was not answered`];
    if (answer.failure !== null) return [`${name}: ${answer.failure}`];
    return answer.violations > 0 ? [`${name}: ${answer.violations} rows break it`] : [];
  });
  const foreign = [...migrations.missing, ...migrations.changed, ...migrations.unexpected];
  return [
    ...faults,
    ...(foreign.length > 0 ? [`migrations are not those of the code: ${foreign.slice(0, 5).join(', ')}`] : []),
    ...(checksums.isOk ? [] : ['pages with a wrong checksum were met']),
  ];
}
