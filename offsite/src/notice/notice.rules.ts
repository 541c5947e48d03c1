import {
  type CompartmentManifest,
  type CompartmentState,
  type Notice,
  type Order,
  type ProtectionWindow,
  type PublicStatus,
  readingOriginOf,
  tellPublic,
} from '@bulkhead/contracts';

/** A notice that is not numbered yet; `cause` makes it be given once. */
export type NoticeDraft = Omit<Notice, 'number' | 'at'> & { readonly cause: string };

const KINDS: Record<CompartmentState, Notice['kind']> = {
  open: 'reopened',
  'read-only': 'read-only',
  sealed: 'contained',
  restoring: 'being-restored',
  verifying: 'being-restored',
};

/** How far a promise is moved when its time comes and nothing has changed. */
const PROMISE_MS = 3_600_000;

type Given = Pick<Notice, 'compartment' | 'kind' | 'nextUpdateAt' | 'number'>;

/** What the public must be told that it was not told yet: every change of state, and news when news was promised. */
export function listOwed(
  orders: readonly Order[],
  windows: readonly ProtectionWindow[],
  lastGiven: ReadonlyMap<string, Given>,
  now: Date,
): NoticeDraft[] {
  const unaffectedBy = (compartment: string) =>
    orders.filter((order) => order.state === 'open' && order.compartment !== compartment).map((order) => order.compartment);
  const changes = orders.flatMap((order): NoticeDraft[] => {
    const last = lastGiven.get(order.compartment);
    const kind = KINDS[order.state];
    const common = { compartment: order.compartment, kind, unaffected: unaffectedBy(order.compartment) };
    if (kind === 'reopened' ? last !== undefined && last.kind !== 'reopened' : last?.kind !== kind) {
      return [{ ...common, cause: `order:${order.compartment}:${order.epoch}`, nextUpdateAt: order.nextUpdateAt ?? null }];
    }
    if (!last?.nextUpdateAt || Date.parse(last.nextUpdateAt) > now.getTime()) return [];
    const nextUpdateAt = new Date(now.getTime() + PROMISE_MS).toISOString();
    return [{ ...common, cause: `promise:${last.number}`, nextUpdateAt }];
  });
  return [...changes, ...windows.flatMap((window) => tellWindow(window, unaffectedBy(window.compartment)))];
}

function tellWindow(window: ProtectionWindow, unaffected: string[]): NoticeDraft[] {
  const cause = `window:${window.compartment}:${window.fromAt}`;
  const common = { compartment: window.compartment, unaffected, nextUpdateAt: null };
  const begun: NoticeDraft = { ...common, kind: 'unprotected', cause: `${cause}:begun` };
  return window.toAt === null ? [begun] : [begun, { ...common, kind: 'protected-again', cause: `${cause}:ended` }];
}

/** What happened to a compartment that only recovery knows. */
export type Milestones = { readonly lastProbeAt: string | null; readonly lastRestoreAt: string | null };

/** Whether its public pages, or copies of them, are served while it is closed. */
function isReadableClosed(manifest: CompartmentManifest): boolean {
  return readingOriginOf(manifest) !== undefined;
}

/** All that the status page shows. */
export function composeStatus(facts: {
  readonly organisation: string;
  readonly isSample: boolean;
  readonly manifests: readonly CompartmentManifest[];
  readonly orders: readonly Order[];
  readonly notices: readonly Notice[];
  readonly milestones: ReadonlyMap<string, Milestones>;
  readonly secondSite?: PublicStatus['secondSite'];
  readonly publicReading?: PublicStatus['publicReading'];
  readonly now: Date;
}): PublicStatus {
  const { organisation, isSample, notices, now } = facts;
  const compartments = facts.manifests.flatMap((manifest) => {
    const order = facts.orders.find((one) => one.compartment === manifest.name);
    if (!order) return [];
    const milestones = facts.milestones.get(manifest.name);
    const lastNotice = notices.findLast((notice) => notice.compartment === manifest.name);
    return [
      {
        name: manifest.name,
        title: manifest.title,
        state: tellPublic(order.state),
        sinceAt: order.issuedAt,
        nextUpdateAt: order.state === 'open' ? null : (lastNotice?.nextUpdateAt ?? order.nextUpdateAt ?? null),
        readable: order.state === 'open' || order.state === 'read-only' || isReadableClosed(manifest),
        lastProbeAt: milestones?.lastProbeAt ?? null,
        lastRestoreAt: milestones?.lastRestoreAt ?? null,
      },
    ];
  });
  return {
    organisation,
    isSample,
    at: now.toISOString(),
    compartments,
    notices: [...notices],
    ...(facts.secondSite ? { secondSite: facts.secondSite } : {}),
    ...(facts.publicReading ? { publicReading: facts.publicReading } : {}),
  };
}
