import type { Image } from '@bulkhead/contracts';
import type { ProcessSpec } from '@bulkhead/supervision';
import type { RowStore } from '#cluster/no-cluster.actions.ts';
import type { LayingStep } from '#image/image.rules.ts';

/**
 * The extension point for whatever may stand in a compartment: all that its keeper does not know of it. Native and adopted
 * compartments are drivers; docs/design/adoption.md tells which member is which of start, stop, health, quiesce, seal, open,
 * restore and verify. Each may be called again after a kill at any point.
 */
export type Driver = {
  /** Whether off-site keeps what it writes: only then can it be lost, and restored. */
  readonly hasCopy: boolean;
  /** Rows: `ensureRunning` and `letIn` open, `silence` quiesces and seals, `stop` ends, `protection` tells what off-site has. */
  readonly cluster: RowStore;
  /** Start, stop and health of the process; undefined if nothing of it runs in that mode. */
  readonly describe: (mode: 'app' | 'reader', password: string) => ProcessSpec | undefined;
  /** Makes the directories of sockets, and of files if they never stood. */
  readonly makeDirectories: (options: { readonly withBlobs: boolean }) => Promise<void>;
  /** Verify: what is gone of the data, by a look at the disk; undefined if all stands. */
  readonly findLoss: (systemIdentifier: string) => Promise<string | undefined>;
  /** Restore: puts an image in the place of what stands; says what was done. */
  readonly layImage: (
    image: Image,
    epoch: number,
    steps: { readonly step: () => LayingStep | undefined; readonly reached: (step: LayingStep) => Promise<void> },
    signal: AbortSignal,
  ) => Promise<string>;
};
