import type { Signed } from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import type { Compartment } from '#compartment/compartment.actions.ts';
import type { OrderBook } from '#order/order.actions.ts';
import type { Reports } from '#report/report.actions.ts';

const GATEWAY_LIMIT_MS = 3_000;

export type SealDeps = {
  readonly book: OrderBook;
  readonly compartments: ReadonlyMap<string, Compartment>;
  readonly gateway: WirePeer;
  readonly reports: Reports;
  readonly log: Log;
};

export type SealedHere = {
  readonly seal: {
    readonly compartment: string;
    readonly epoch: number;
    readonly detail: string;
    readonly gateway: 'closed' | 'not reached';
  };
};

/**
 * Carries out an operator's own seal: the gateway closes its door while the process and its sessions are ended [O7].
 * @throws EstateError `signature.invalid`, `order.not_allowed`, `order.stale`, `compartment.unknown`
 */
export async function sealHere(deps: SealDeps, signed: Signed): Promise<SealedHere> {
  const { book, compartments, gateway, reports, log } = deps;
  const sealing = book.seal(signed);
  const told = callWire(gateway, { method: 'POST', path: '/seal', body: signed, timeoutMs: GATEWAY_LIMIT_MS }, z.unknown()).then(
    () => 'closed' as const,
    (error: unknown) => {
      log.warn({ err: error }, 'telling the gateway of a seal');
      return 'not reached' as const;
    },
  );
  try {
    const { compartment, epoch, by, reason } = await sealing;
    log.warn({ compartment, by, reason }, 'sealed on the word of an operator');
    const detail = (await compartments.get(compartment)?.untilSilent()) ?? '';
    return { seal: { compartment, epoch, detail, gateway: await told } };
  } catch (error) {
    const code = error instanceof EstateError ? error.code : 'unknown';
    reports.finding({
      rule: 'operator.refused',
      compartment: null,
      summary: "Headquarters refused an operator's command",
      evidence: { code, keyId: signed.keyId },
    });
    throw error;
  }
}
