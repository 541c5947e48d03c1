import { type Session, sessionChangesSchema, sessionSchema } from '@bulkhead/contracts';
import { EstateError, hasCode, type Now } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';

const SESSIONS_LIMIT = 20_000;
/** A second line behind the pushed changes. */
const KEPT_MS = 60_000;
/** How long identity lets a long poll wait, and how late its answer may be. */
const POLL_MS = 10_000;
const LATE_MS = 1000;
const ASK_MS = 5000;

type Kept = { readonly session: Session; readonly atMs: number };

export type SessionDeps = {
  /** Its secret is another one after a restore. */
  readonly identity: () => WirePeer;
  /** False while orders keep people out of identity: then nobody is signed in. */
  readonly isIdentityOpen: () => boolean;
  readonly now: Now;
  readonly monotonicMs: () => number;
};

/**
 * Sessions as identity knows them. What is kept is used only while identity's changes arrive in time;
 * else each request asks, and without an answer nobody is signed in [G6].
 */
export class Sessions {
  readonly #deps: SessionDeps;
  readonly #kept = new Map<string, Kept>();
  readonly #seen = new Set<string>();
  /** Grows with each change: an answer asked for before a change may be from before it. */
  #changes = 0;
  #sequence = 0;
  #trustedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
  }

  /**
   * Finds a session that lives now.
   * @throws EstateError `sign_in.unreachable` when identity cannot be asked
   */
  async find(sessionId: string): Promise<Session | null> {
    const session = await this.look(sessionId);
    if (session !== null && this.#seen.size < SESSIONS_LIMIT) this.#seen.add(sessionId);
    return session;
  }

  /**
   * Finds a session that lives now, without counting that as its use.
   * @throws EstateError `sign_in.unreachable` when identity cannot be asked
   */
  async look(sessionId: string): Promise<Session | null> {
    if (!this.#deps.isIdentityOpen()) throw new EstateError('sign_in.unreachable', 'looking for a session: identity is closed');
    const session = this.#findKept(sessionId) ?? (await this.#ask(sessionId));
    return session === null || Date.parse(session.endsAt) <= this.#deps.now().getTime() ? null : session;
  }

  /** Forgets what is kept of a session. */
  forget(sessionId: string): void {
    this.#changes += 1;
    this.#kept.delete(sessionId);
  }

  /** Takes the ids of sessions used since the last time. */
  takeSeen(): string[] {
    const ids = [...this.#seen];
    this.#seen.clear();
    return ids;
  }

  /**
   * Waits for changes once.
   * @returns ids of sessions that ended or whose roles changed
   */
  async followChanges(signal: AbortSignal): Promise<readonly string[]> {
    const path = `/.identity/sessions/changes?after=${this.#sequence}`;
    const call = { method: 'GET', path, signal, timeoutMs: POLL_MS + LATE_MS } as const;
    const changes = await callWire(this.#deps.identity(), call, sessionChangesSchema);
    this.#changes += 1;
    // A sequence that went back means another identity than the one followed before: what is kept may be anything.
    if (changes.sequence < this.#sequence) this.#kept.clear();
    for (const id of changes.sessions) this.#kept.delete(id);
    this.#sequence = changes.sequence;
    this.#trustedUntilMs = this.#deps.monotonicMs() + POLL_MS + LATE_MS;
    return changes.sessions;
  }

  /** Stops using what is kept until changes arrive again. */
  distrust(): void {
    this.#trustedUntilMs = Number.NEGATIVE_INFINITY;
    this.#changes += 1;
    this.#kept.clear();
  }

  #findKept(sessionId: string): Session | null {
    const nowMs = this.#deps.monotonicMs();
    if (nowMs > this.#trustedUntilMs) return null;
    const kept = this.#kept.get(sessionId);
    if (!kept || nowMs - kept.atMs >= KEPT_MS) return null;
    const { freshUntil } = kept.session;
    return freshUntil !== undefined && Date.parse(freshUntil) <= this.#deps.now().getTime() ? null : kept.session;
  }

  async #ask(sessionId: string): Promise<Session | null> {
    const changesBefore = this.#changes;
    const session = await askIdentity(this.#deps.identity(), sessionId);
    if (session === null) this.#kept.delete(sessionId);
    else if (changesBefore === this.#changes) this.#keep(session);
    return session;
  }

  #keep(session: Session): void {
    this.#kept.delete(session.id);
    this.#kept.set(session.id, { session, atMs: this.#deps.monotonicMs() });
    if (this.#kept.size <= SESSIONS_LIMIT) return;
    const oldest = this.#kept.keys().next();
    if (!oldest.done) this.#kept.delete(oldest.value);
  }
}

async function askIdentity(identity: WirePeer, sessionId: string): Promise<Session | null> {
  try {
    const call = { method: 'GET', path: `/.identity/sessions/${sessionId}`, timeoutMs: ASK_MS } as const;
    const session = await callWire(identity, call, sessionSchema);
    return session.id === sessionId ? session : null;
  } catch (cause) {
    if (isNotFound(cause)) return null;
    throw new EstateError('sign_in.unreachable', 'asking identity for a session', { cause });
  }
}

function isNotFound(error: unknown): boolean {
  return hasCode(error, 'wire.refused') && error instanceof Error && error.message.endsWith(' status 404');
}
