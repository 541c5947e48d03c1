import type { DecodingCatalog } from '@bulkhead/contracts';
import type { SequenceWrite } from './wal-commit.rules.ts';

/** Values that a server takes from a sequence at once, ahead of need (SEQ_LOG_VALS). */
const AHEAD = 32n;

export type SequenceSet = { readonly sequence: string; readonly from: string; readonly to: string };

/**
 * Tells `setval` from `nextval` by what the WAL says of a sequence: taking values moves it on in its own direction, by no
 * more than is taken at once. A `setval` within that step passes unseen, and does no harm.
 */
export class SequenceWatch {
  readonly #values: Map<number, bigint>;
  #catalog: ReadonlyMap<number, DecodingCatalog['sequences'][number]> = new Map();

  /** @param values file number → the last value, as kept by `values` */
  constructor(values: readonly (readonly [number, string])[] = []) {
    this.#values = new Map(values.map(([file, value]) => [file, BigInt(value)]));
  }

  get values(): readonly (readonly [number, string])[] {
    return [...this.#values].slice(-10_000).map(([file, value]) => [file, String(value)]);
  }

  keepCatalog({ sequences }: Pick<DecodingCatalog, 'sequences'>): void {
    this.#catalog = new Map(sequences.map((sequence) => [sequence.file, sequence]));
  }

  /** What was set by hand, if the write says so. */
  take({ file, value, isCalled }: SequenceWrite): SequenceSet | undefined {
    const known = this.#values.get(file);
    this.#values.set(file, value);
    const described = this.#catalog.get(file);
    if (known === undefined || described?.isCycling === true) return undefined;
    const increment = BigInt(described?.increment ?? '1');
    const step = increment * (BigInt(described?.cache ?? '1') + AHEAD);
    const moved = value - known;
    const isTaken = isCalled && (increment > 0n ? moved > 0n && moved <= step : moved < 0n && moved >= step);
    if (isTaken) return undefined;
    return { sequence: described?.sequence ?? `file ${file}`, from: String(known), to: String(value) };
  }
}
