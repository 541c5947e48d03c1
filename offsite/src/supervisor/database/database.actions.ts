import type { ProcessStatus } from '@bulkhead/contracts';
import { EstateError, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import {
  connectionTo,
  createCluster,
  openAdmin,
  type PostgresBinaries,
  type RunningCluster,
  startCluster,
} from '@bulkhead/postgres';
import type { Owner } from '@bulkhead/supervision';
import { ensureRecoveryDatabase, setOwnPassword } from './database.store.ts';

export type DatabaseDeps = {
  readonly binaries: PostgresBinaries;
  readonly dataDirectory: string;
  readonly socketDirectory: string;
  readonly templateDirectory: string;
  readonly owner: Owner | undefined;
  /** Kept over restarts, readable by the supervisor alone. */
  readonly superuserPassword: string;
  /** Recovery's, new at each start. */
  readonly password: string;
  readonly log: Log;
};

const RESTART_MS = 500;
const FAST_LIMIT_MS = 10_000;
const SETTINGS = { max_connections: '40', wal_level: 'replica', shared_buffers: '32MB' } as const;

/** Starts off-site's own PostgreSQL, the database of record for recovery, and lets its one role in. */
async function startDatabase(deps: DatabaseDeps): Promise<RunningCluster> {
  const { binaries, dataDirectory, socketDirectory, templateDirectory, owner, superuserPassword, log } = deps;
  const owned = owner === undefined ? {} : { owner };
  await createCluster({ binaries, dataDirectory, templateDirectory, superuserPassword, ...owned });
  const cluster = await startCluster({ binaries, dataDirectory, socketDirectory, settings: SETTINGS, log, ...owned });
  try {
    const admin = await openAdmin(
      connectionTo(socketDirectory, { database: 'postgres', role: 'postgres', password: superuserPassword }),
    );
    try {
      await ensureRecoveryDatabase(admin);
      await setOwnPassword(admin, deps.password);
    } finally {
      await admin.close();
    }
  } catch (cause) {
    await cluster.stop('immediate');
    throw new EstateError('postgres.start_failed', "preparing off-site's own database", { cause });
  }
  return cluster;
}

/** Off-site's own database as long as the site runs: started again when it ends unasked. */
export class KeptDatabase {
  readonly #deps: DatabaseDeps & { readonly now: Now; readonly died: (pid: number, signal: string | null) => void };
  #cluster: RunningCluster | undefined;
  #startedAt: Date | undefined;
  #restarts = -1;
  #isStopping = false;

  constructor(deps: DatabaseDeps & { readonly now: Now; readonly died: (pid: number, signal: string | null) => void }) {
    this.#deps = deps;
  }

  /** @throws EstateError `postgres.start_failed` and the like, at the first start; later ones are tried again */
  async start(): Promise<void> {
    const cluster = await startDatabase(this.#deps);
    this.#cluster = cluster;
    this.#startedAt = this.#deps.now();
    this.#restarts += 1;
    void cluster.exited.then(({ signal }) => this.#ended(cluster.pid, signal));
  }

  /** Ends it; what takes too long is cut off, and recovered at the next start. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const cluster = this.#cluster;
    if (cluster === undefined) return;
    const patience = new AbortController();
    const ended = cluster.stop('fast').finally(() => patience.abort());
    await sleepMs(FAST_LIMIT_MS, patience.signal).then(
      () => cluster.stop('immediate'),
      () => undefined,
    );
    await ended;
  }

  status(): ProcessStatus {
    const pid = this.#cluster?.pid ?? null;
    return {
      name: 'database',
      state: pid === null ? 'starting' : 'running',
      pid,
      uid: pid === null ? null : (this.#deps.owner?.uid ?? process.getuid?.() ?? null),
      restarts: Math.max(0, this.#restarts),
      startedAt: this.#startedAt?.toISOString() ?? null,
      memoryBytes: null,
      cpuPercent: null,
      detail: null,
    };
  }

  #ended(pid: number, signal: string | null): void {
    this.#cluster = undefined;
    if (this.#isStopping) return;
    this.#deps.died(pid, signal);
    void this.#startAgain();
  }

  async #startAgain(): Promise<void> {
    while (!this.#isStopping) {
      await sleepMs(RESTART_MS);
      try {
        if (!this.#isStopping) await this.start();
        return;
      } catch (error) {
        this.#deps.log.error({ err: error }, "starting off-site's own database again");
      }
    }
  }
}
