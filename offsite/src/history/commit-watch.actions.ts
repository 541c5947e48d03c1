import type { TransactionSummary } from '@bulkhead/contracts';
import { TokenJudge, type TokenKeys } from './attribution.actions.ts';
import type { Raise } from './follow.actions.ts';
import { lsnText } from './lineage.rules.ts';
import type { SequenceWatch } from './sequence.rules.ts';
import type { WalCommit } from './wal-commit.rules.ts';

/** pg_proc, pg_attribute, pg_trigger, pg_rewrite, pg_policy: what runs with a statement. */
const CODE_CATALOGS = new Map([
  [1255, 'pg_proc'],
  [1249, 'pg_attribute'],
  [2620, 'pg_trigger'],
  [2618, 'pg_rewrite'],
  [3256, 'pg_policy'],
]);
/** Who may log in, who belongs to whom, who may set what. */
const ROLE_CATALOGS = new Map([
  [1260, 'pg_authid'],
  [1261, 'pg_auth_members'],
  [6243, 'pg_parameter_acl'],
]);
/** Databases with their owners and rights, and settings of roles and databases. */
const CLUSTER_CATALOGS = new Map([
  [1262, 'pg_database'],
  [2964, 'pg_db_role_setting'],
]);
/** Tokens of the supervisor count once; so many are remembered. */
const USED_KEPT = 2_000;

export type CommitWatchDeps = {
  readonly compartment: string;
  readonly keys: TokenKeys;
  readonly raise: Raise;
};

/** What a commit's records in the WAL tell of beyond what decoding can: raised as findings [H9], [H12]. */
export class CommitWatch {
  readonly #deps: CommitWatchDeps;
  readonly #judge: TokenJudge;
  readonly #vouched = new WeakMap<WalCommit, string>();
  readonly #used: Set<string>;
  #hasToldOfKeys = false;

  /** @param used as `used` gave it */
  constructor(deps: CommitWatchDeps, used: readonly string[] = []) {
    this.#deps = deps;
    this.#judge = new TokenJudge(deps.compartment, deps.keys);
    this.#used = new Set(used);
  }

  /** Tokens of changes of roles that were seen; one of them vouches for nothing more. */
  get used(): readonly string[] {
    return [...this.#used].slice(-USED_KEPT);
  }

  /** Looks at the tokens of commits that changed what the cluster's databases share. */
  async prepare(commits: readonly WalCommit[]): Promise<void> {
    const { compartment, keys } = this.#deps;
    for (const commit of commits) {
      if (commit.tokens.length !== 1) continue;
      const [token] = await this.#judge.judge(commit.tokens, commit.committedAt);
      const claims = token?.verdict === 'verified' ? token.claims : null;
      const isOfJobs = keys.jobKeys.some(({ keyId }) => keyId === claims?.keyId);
      if (claims?.route === `job:${compartment}.roles` && isOfJobs) this.#vouched.set(commit, claims.requestId);
    }
  }

  /** @param known the transaction as decoding told it, if it did */
  look(commit: WalCommit, timeline: number, known: TransactionSummary | undefined, sequences: SequenceWatch): void {
    const evidence = { lsn: lsnText(commit.lsn), xid: commit.xid, timeline: String(timeline) };
    this.#lookAtSequences(commit, evidence, known, sequences);
    this.#lookAtCode(commit, evidence, known);
    this.#lookAtShared(commit, { ...evidence, committedAt: commit.committedAt });
    this.#lookAtKeys(commit, evidence, known);
  }

  #lookAtSequences(
    commit: WalCommit,
    evidence: Readonly<Record<string, string>>,
    known: TransactionSummary | undefined,
    sequences: SequenceWatch,
  ): void {
    const { raise, compartment } = this.#deps;
    const [set] = commit.sequences.flatMap((write) => sequences.take(write) ?? []);
    const route = known?.tokens.find(({ verdict }) => verdict === 'verified')?.claims?.route ?? '';
    if (!set || route.startsWith('job:')) return;
    raise({
      rule: 'sequence.set',
      summary: `a sequence of ${compartment} was set from ${set.from} to ${set.to}: ${set.sequence}`.slice(0, 500),
      evidence: { ...evidence, sequence: set.sequence.slice(0, 500), from: set.from, to: set.to },
    });
  }

  #lookAtCode(commit: WalCommit, evidence: Readonly<Record<string, string>>, known: TransactionSummary | undefined): void {
    const { raise, compartment } = this.#deps;
    const code = commit.catalogs.flatMap((table) => CODE_CATALOGS.get(table) ?? []);
    const isTold = known !== undefined && (known.ddl.length > 0 || known.tables.some(({ truncates }) => truncates > 0));
    if (code.length > 0 && !isTold) {
      raise({
        rule: 'catalog.changed',
        summary: `the catalog of ${compartment} was changed and no message told of it: ${code.join(', ')}`,
        evidence: { ...evidence, catalogs: code.join(', ') },
      });
    }
    if (commit.moved.length === 0) return;
    raise({
      rule: 'catalog.changed',
      summary: `tables of the catalog of ${compartment} were laid into other files, as nobody here does`,
      evidence: { ...evidence, catalogs: commit.moved.join(', ').slice(0, 500) },
    });
  }

  // Event triggers see nothing of what a cluster's databases share.
  #lookAtShared(commit: WalCommit, evidence: Readonly<Record<string, string>>): void {
    const { raise, compartment } = this.#deps;
    const roles = commit.shared.flatMap((table) => ROLE_CATALOGS.get(table) ?? []);
    const cluster = commit.shared.flatMap((table) => CLUSTER_CATALOGS.get(table) ?? []);
    if (roles.length + cluster.length === 0 || this.#takeVoucher(commit)) return;
    if (roles.length > 0) {
      raise({
        rule: 'role.granted',
        summary: `roles of the cluster of ${compartment} were changed, and not by the supervisor: ${roles.join(', ')}`,
        evidence: { ...evidence, catalogs: roles.join(', ') },
      });
    }
    if (cluster.length > 0) {
      raise({
        rule: 'catalog.changed',
        summary: `settings or rights of the cluster of ${compartment} were changed, and not by the supervisor: ${cluster.join(', ')}`,
        evidence: { ...evidence, catalogs: cluster.join(', ') },
      });
    }
  }

  #takeVoucher(commit: WalCommit): boolean {
    const request = this.#vouched.get(commit);
    if (request === undefined || this.#used.has(request)) return false;
    this.#used.add(request);
    for (const oldest of this.#used) if (this.#used.size > USED_KEPT) this.#used.delete(oldest);
    return true;
  }

  #lookAtKeys(commit: WalCommit, evidence: Readonly<Record<string, string>>, known: TransactionSummary | undefined): void {
    if (!commit.isKeyOnly || this.#hasToldOfKeys) return;
    this.#hasToldOfKeys = true;
    const { raise, compartment } = this.#deps;
    const tables = known?.tables.map(({ table }) => table).join(', ') ?? '';
    raise({
      rule: 'history.lost',
      summary: `a table of ${compartment} does not keep whole old rows: what is overwritten there cannot be brought back from history`,
      evidence: { ...evidence, table: tables.slice(0, 500) },
    });
  }
}
