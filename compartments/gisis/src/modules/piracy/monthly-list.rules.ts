/** An incident as the monthly list counts it. The instant is ISO, in UTC. */
export type Incident = {
  readonly reference: string;
  readonly happenedAt: string;
  readonly act: string | null;
  readonly waters: string | null;
  readonly area: string | null;
};
/** One line of the list: an area, and how many acts were committed and attempted there by where the ship was. */
export type AreaLine = {
  readonly area: string;
  readonly committed: Counts;
  readonly attempted: Counts;
  readonly references: readonly string[];
};
export type Counts = {
  readonly international: number;
  readonly territorial: number;
  readonly port: number;
  readonly untold: number;
};
export type MonthlyList = {
  readonly month: string;
  readonly lines: readonly AreaLine[];
  readonly committed: Counts;
  readonly attempted: Counts;
};

/** Acts that got as far as the ship or her crew; the others were attempts. */
const COMMITTED = new Set(['boarded', 'hijacked', 'detained', 'fired-upon']);
const ELSEWHERE = 'other';

/**
 * The list that the Secretariat issues each month (MSC.4 circulars): what was committed and what was attempted, by area, and in
 * international waters, territorial waters or a port. A month is `2026-03`, by UTC. Suspicious approaches are attempts.
 */
export function listMonth(incidents: readonly Incident[], month: string): MonthlyList {
  const ofMonth = incidents.filter(({ happenedAt }) => happenedAt.startsWith(`${month}-`));
  const byArea = Map.groupBy(ofMonth, ({ area }) => area ?? ELSEWHERE);
  const lines = [...byArea]
    .map(([area, group]) => ({
      area,
      committed: countWaters(group.filter(isCommitted)),
      attempted: countWaters(group.filter((one) => !isCommitted(one))),
      references: group.map(({ reference }) => reference).toSorted(compareText),
    }))
    .toSorted((a, b) => b.references.length - a.references.length || compareText(a.area, b.area));
  return {
    month,
    lines,
    committed: countWaters(ofMonth.filter(isCommitted)),
    attempted: countWaters(ofMonth.filter((one) => !isCommitted(one))),
  };
}

function isCommitted({ act }: Incident): boolean {
  return act !== null && COMMITTED.has(act);
}

function countWaters(incidents: readonly Incident[]): Counts {
  const count = (waters: string) => incidents.filter((one) => one.waters === waters).length;
  const [international, territorial, port] = [count('international'), count('territorial'), count('port')];
  return { international, territorial, port, untold: incidents.length - international - territorial - port };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
