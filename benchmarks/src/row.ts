/** One line of the table: a work, our figure, the peer's measured in the same run, and the goal for their ratio. */
export type Row = {
  readonly work: string;
  readonly unit: string;
  readonly ours: number;
  readonly beside: { readonly name: string; readonly version: string; readonly value: number } | null;
  /** ours / beside */
  readonly ratio: number | null;
  readonly goal: string;
  readonly met: boolean | null;
  /** Least and most of what the medians were taken of. */
  readonly ranges?: { readonly ours: readonly [number, number]; readonly beside: readonly [number, number] };
};

/** Makes a row. Without a peer (not installed here) there is no ratio, and nothing is claimed. */
export function makeRow(measured: {
  readonly work: string;
  readonly unit: string;
  readonly ours: number;
  readonly beside: Row['beside'];
  readonly goal: { readonly text: string; readonly isMet: (ratio: number) => boolean } | null;
}): Row {
  const { work, unit, ours, beside, goal } = measured;
  const ratio = beside === null ? null : round(ours / beside.value);
  return {
    work,
    unit,
    ours: round(ours),
    beside: beside && { ...beside, value: round(beside.value) },
    ratio,
    goal: goal?.text ?? 'none: shown for comparison',
    met: ratio === null || goal === null ? null : goal.isMet(ratio),
  };
}

/** A figure with a goal of its own, and nothing to stand beside. */
export function alone(measured: {
  readonly work: string;
  readonly unit: string;
  readonly ours: number;
  /** At the most. */
  readonly limit: number;
  readonly goal: string;
}): Row {
  const { work, unit, ours, limit, goal } = measured;
  return { work, unit, ours: round(ours), beside: null, ratio: null, goal, met: ours <= limit };
}

/** The median of some figures. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The figure that such a share of them do not exceed. */
export function percentile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((left, right) => left - right);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

function round(figure: number): number {
  return Number(figure.toPrecision(4));
}
