import {
  type CompartmentManifest,
  type CompartmentStream,
  type DeskState,
  hasCluster,
  listNotPromised,
  type ProtectionWindow,
  type Recovery,
} from '@bulkhead/contracts';
import type { Now } from '@bulkhead/kernel';
import type { OrderBook, Part } from '#order/order-book.actions.ts';
import type { Seal } from '#order/seal/seal.rules.ts';
import { sealUnder, tellSeal } from './desk.rules.ts';

const FINDINGS_SHOWN = 100;
const RECOVERIES_SHOWN = 50;
const WINDOWS_SHOWN = 50;

export type DeskDeps = {
  readonly book: OrderBook;
  readonly manifests: ReadonlyMap<string, CompartmentManifest>;
  readonly findStream: (compartment: string) => CompartmentStream | undefined;
  readonly listSeals: () => Promise<readonly Seal[]>;
  readonly listFindings: (limit: number) => Promise<DeskState['findings']>;
  readonly listRecoveries: (limit: number) => Promise<readonly Recovery[]>;
  readonly getRecovery: (id: string) => Promise<Recovery>;
  readonly listWindows: (limit: number) => Promise<readonly ProtectionWindow[]>;
  readonly now: Now;
};

/** All that an operator needs to see. */
export async function composeDeskState(deps: DeskDeps): Promise<DeskState> {
  // Before the seals: the record of each that stands in an order is there already.
  const issued = deps.book.listIssued();
  const [seals, findings, recoveries, windows] = await Promise.all([
    deps.listSeals(),
    deps.listFindings(FINDINGS_SHOWN),
    deps.listRecoveries(RECOVERIES_SHOWN),
    deps.listWindows(WINDOWS_SHOWN),
  ]);
  const compartments = issued.flatMap((order): DeskState['compartments'] => {
    const manifest = deps.manifests.get(order.compartment);
    if (!manifest) return [];
    const stream = deps.findStream(order.compartment);
    const seal = sealUnder(order, seals);
    const applied = (part: Part) => deps.book.applied(order.compartment, part)?.state ?? null;
    const shown = seal ? tellSeal(seal) : null;
    return [
      {
        name: order.compartment,
        level: manifest.level,
        notPromised: listNotPromised(manifest),
        desired: order.state,
        epoch: order.epoch,
        sinceAt: order.issuedAt,
        applied: { gateway: applied('gateway'), supervisor: applied('supervisor') },
        stream: hasCluster(manifest) ? (stream?.state ?? 'unknown') : 'none',
        flushedLsn: stream?.flushedLsn ?? null,
        seal: shown && { lsn: shown.lsn, at: shown.at, by: shown.by, tookMs: shown.tookMs },
      },
    ];
  });
  return { at: deps.now().toISOString(), compartments, findings, recoveries: [...recoveries], windows: [...windows] };
}
