import type { Cluster } from './cluster.actions.ts';

/** Where rows lie: a PostgreSQL of ours, or nothing that we keep (level L0). */
export type RowStore = Pick<
  Cluster,
  | 'isRunning'
  | 'isSynchronous'
  | 'create'
  | 'ensureRunning'
  | 'letIn'
  | 'silence'
  | 'setSynchronous'
  | 'protection'
  | 'logSnapshot'
  | 'stop'
> & {
  /** Undefined where no server of ours runs. */
  readonly status: () => ReturnType<Cluster['status']> | undefined;
};

/** In the place of a cluster where an application keeps its data by itself: there is nobody to let in, and nothing to wait for. */
export const NO_CLUSTER: RowStore = {
  // Its directories are looked at before each start.
  isRunning: false,
  isSynchronous: true,
  create: () => Promise.resolve({ created: false, systemIdentifier: 'none' }),
  ensureRunning: () => Promise.resolve(false),
  letIn: (_kind, isStillWanted) => Promise.resolve(isStillWanted() ? '' : undefined),
  silence: () => Promise.resolve(),
  setSynchronous: () => Promise.resolve(),
  protection: () => Promise.resolve({ isStreaming: true, isCaughtUp: true }),
  logSnapshot: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  status: () => undefined,
};
