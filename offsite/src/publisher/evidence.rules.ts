import type { CompartmentManifest, Evidence, RenderedFile, VerifiedToken, VerifyingKey } from '@bulkhead/contracts';
import { verifyToken } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';

export type Approvals = NonNullable<CompartmentManifest['edition']>['approvals'];

/** Verifies the claims of pages that two persons approved them. Tokens that were verified once are remembered. */
export class EvidenceCheck {
  readonly #compartment: string;
  readonly #approvals: Approvals;
  readonly #keys: readonly VerifyingKey[];
  #known = new Map<string, VerifiedToken>();
  #used = new Map<string, VerifiedToken>();
  readonly #done = new Set<string>();

  constructor(options: {
    readonly compartment: string;
    readonly approvals: Approvals;
    /** Keys of the gateway alone: nobody else can say that a person asked for something. */
    readonly keys: readonly VerifyingKey[];
  }) {
    this.#compartment = options.compartment;
    this.#approvals = options.approvals;
    this.#keys = options.keys;
  }

  /** Begins with the next edition: what the last one did not use is forgotten. */
  begin(): void {
    this.#known = this.#used;
    this.#used = new Map();
    this.#done.clear();
  }

  /**
   * A page that is shown needs the tokens of every publishing route, each of another account; one that was withdrawn,
   * those of the withdrawing routes. Each token's request must end in the digest of what the page shows [E5].
   * @throws EstateError `edition.unapproved`
   */
  async check(file: Pick<RenderedFile, 'path' | 'status' | 'evidence'>): Promise<void> {
    const routes = file.status === 410 ? this.#approvals.withdraw : this.#approvals.publish;
    if (file.status === 410 && file.evidence.length === 0) throw refuse(file.path, 'it was withdrawn by nobody');
    for (const evidence of file.evidence) await this.#checkOne(file.path, evidence, routes);
  }

  async #checkOne(path: string, evidence: Evidence, routes: readonly string[]): Promise<void> {
    const key = JSON.stringify([routes, evidence]);
    if (this.#done.has(key)) return;
    const about = `${path} (${evidence.what})`;
    if (evidence.tokens.length !== routes.length) throw refuse(about, `${evidence.tokens.length} of ${routes.length} approvals`);
    const tokens = await Promise.all(evidence.tokens.map((token) => this.#verify(about, token)));
    for (const token of tokens) checkRequest(about, token, evidence.digest);
    for (const route of routes) if (!tokens.some((token) => token.route === route)) throw refuse(about, `no request of ${route}`);
    const accounts = new Set(tokens.map((token) => token.accountId));
    if (accounts.has(null)) throw refuse(about, 'a request of nobody');
    if (accounts.size !== tokens.length) throw refuse(about, 'the same person twice');
    this.#done.add(key);
  }

  async #verify(about: string, token: string): Promise<VerifiedToken> {
    const known = this.#known.get(token) ?? this.#used.get(token);
    const options = { keys: this.#keys, compartment: this.#compartment, now: () => new Date(0), atAnyTime: true };
    const verified =
      known ??
      (await verifyToken(token, options).catch((cause: unknown): never => {
        throw refuse(about, 'a token that is not genuine', cause);
      }));
    this.#used.set(token, verified);
    return verified;
  }
}

function checkRequest(about: string, token: VerifiedToken, digest: string): void {
  if (token.method !== 'POST') throw refuse(about, 'a request that decides nothing');
  const path = token.path.split('?', 1)[0] ?? '';
  if (!path.endsWith(`/${digest}`)) throw refuse(about, 'a request about another content');
}

function refuse(about: string, why: string, cause?: unknown): EstateError {
  return new EstateError('edition.unapproved', `checking the approvals of ${about}: ${why}`, { cause });
}
