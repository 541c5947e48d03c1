import { EstateError } from '@bulkhead/kernel';

/** A revoked session's last reply may take this long. */
const REPLY_GRACE_MS = 800;

/** One thing that lives: a request on its way, a download, a WebSocket. */
export type Live = {
  /** Lives on its own, without a reply to come to an end. */
  readonly isWebSocket: boolean;

  readonly compartment: string;
  readonly sessionId: string | null;
  readonly cut: (reason: EstateError) => void;
};

/** All that lives between people and compartments, so that a seal can end it at once [G14]. */
export class LiveConnections {
  readonly #byCompartment = new Map<string, Set<Live>>();

  /** @returns how to take it off the list when it has ended */
  add(live: Live): () => void {
    const all = this.#byCompartment.get(live.compartment) ?? new Set();
    this.#byCompartment.set(live.compartment, all.add(live));
    return () => void all.delete(live);
  }

  cutCompartment(compartment: string): number {
    const reason = new EstateError('compartment.sealed', `passing on to ${compartment}: it has been closed`);
    return this.#cut([...(this.#byCompartment.get(compartment) ?? [])], reason);
  }

  /** Ends what lives of a session: WebSockets at once, replies a moment later, since most are over by themselves then. */
  cutSession(sessionId: string): void {
    const reason = new EstateError('request.unauthenticated', 'passing a request on: its session has ended');
    const all = [...this.#byCompartment.values()].flatMap((lives) => [...lives]);
    const ofSession = all.filter((live) => live.sessionId === sessionId);
    this.#cut(
      ofSession.filter((live) => live.isWebSocket),
      reason,
    );
    const replies = ofSession.filter((live) => !live.isWebSocket);
    if (replies.length === 0) return;
    const stillLive = (live: Live) => this.#byCompartment.get(live.compartment)?.has(live) === true;
    setTimeout(() => this.#cut(replies.filter(stillLive), reason), REPLY_GRACE_MS).unref();
  }

  cutAll(): number {
    const reason = new EstateError('compartment.unreachable', 'passing a request on: the gateway stops');
    return this.#cut(
      [...this.#byCompartment.values()].flatMap((lives) => [...lives]),
      reason,
    );
  }

  count(compartment: string): number {
    return this.#byCompartment.get(compartment)?.size ?? 0;
  }

  #cut(lives: readonly Live[], reason: EstateError): number {
    for (const live of lives) live.cut(reason);
    return lives.length;
  }
}
