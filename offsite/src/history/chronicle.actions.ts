import { EventEmitter, once } from 'node:events';
import type { Change, HistoryStatus, TransactionSummary } from '@bulkhead/contracts';
import type { Log, Now } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import { ArchiveClient } from '#standby/archive-client.actions.ts';
import type { TokenKeys } from './attribution.actions.ts';
import { Follower, type Raise } from './follow.actions.ts';
import { type HistoryIndex, openIndex } from './index.store.ts';
import { LineageReader } from './lineage.actions.ts';
import { lsnText } from './lineage.rules.ts';
import { Reconciler } from './reconcile.actions.ts';
import { TextKeeper } from './text-index.actions.ts';

export type ChronicleOptions = {
  readonly compartment: string;
  readonly directory: string;
  readonly jail: WirePeer;
  readonly receiver: WirePeer;
  readonly keys: TokenKeys;
  readonly onTransaction: (transaction: TransactionSummary, changes: Iterable<Change>) => void;
  readonly raise: Raise;
  /** Whether a repair is being planned: texts are not indexed meanwhile. */
  readonly isPlanning: () => boolean;
  readonly now: Now;
  readonly monotonicMs: () => number;
  readonly log: Log;
};

/** The history of one compartment: its index, what follows decoding into it, and what compares it with the WAL. */
export class Chronicle {
  readonly index: HistoryIndex & { readonly close: () => void };
  readonly texts: TextKeeper;
  readonly #options: ChronicleOptions;
  readonly #follower: Follower;
  readonly #reconciler: Reconciler;
  readonly #stopping = new AbortController();
  readonly #added = new EventEmitter();
  #running: Promise<unknown> = Promise.resolve();

  /** @throws EstateError `history.unreadable` */
  constructor(options: ChronicleOptions) {
    this.#options = options;
    this.index = openIndex(options.directory, options.compartment);
    const archive = new ArchiveClient(options.receiver, options.compartment);
    const { writer, reader } = this.index;
    const onAdded = () => void this.#added.emit('added');
    this.#added.setMaxListeners(0);
    const lineage = new LineageReader(archive);
    const { compartment, now, monotonicMs, raise, log } = options;
    this.texts = new TextKeeper({ texts: this.index.texts, reader, compartment, mustRest: options.isPlanning, monotonicMs, log });
    const untold = (lsn: number) => this.#reconciler.findUntold(lsn);
    this.#follower = new Follower({ ...options, lineage, writer, reader, untold, onAdded });
    this.#reconciler = new Reconciler({
      compartment,
      jail: options.jail,
      archive,
      lineage,
      keys: options.keys,
      writer,
      reader,
      isWriting: () => this.#follower.isWriting,
      indexed: () => this.#follower.position,
      onAdded,
      raise,
      now,
      monotonicMs,
      log,
    });
  }

  start(): void {
    const { signal } = this.#stopping;
    this.#running = Promise.all([this.#follower.run(signal), this.#reconciler.run(signal), this.texts.run(signal)]);
  }

  status(): HistoryStatus {
    const { position, fault } = this.#follower;
    const { reader, writer } = this.index;
    const reconciled = writer.reconciled;
    return {
      compartment: this.#options.compartment,
      systemId: position?.systemId ?? null,
      timeline: position?.timeline ?? null,
      indexedLsn: position ? lsnText(position.lsn) : null,
      reconciledLsn: reconciled ? lsnText(reconciled.lsn) : null,
      ...reader.count(),
      gaps: reader.listGaps(),
      fault: fault ?? this.#reconciler.fault ?? this.texts.fault ?? null,
    };
  }

  /** Resolves when something was added to the index, or after a time. */
  async untilAdded(waitMs: number): Promise<void> {
    const signal = AbortSignal.any([AbortSignal.timeout(waitMs), this.#stopping.signal]);
    await once(this.#added, 'added', { signal }).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#stopping.abort(new Error('stopping'));
    await this.#running.catch(() => undefined);
    this.index.close();
  }
}
