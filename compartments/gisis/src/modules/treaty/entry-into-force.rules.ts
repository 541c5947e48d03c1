/** What an instrument demands before it enters into force; what is null is not demanded. */
export type Conditions = {
  readonly states: number | null;
  /** Per cent of the world's gross tonnage. */
  readonly tonnageShare: number | null;
  readonly ships: number | null;
  readonly largeFleets: { readonly states: number; readonly tonnage: number } | null;
  /** Tonnes of contributing cargo. */
  readonly cargo: number | null;
  /** Recycling capacity as per cent of the gross tonnage of those that consented. */
  readonly recyclingShare: number | null;
  readonly monthsAfter: number;
  readonly monthsLater: number;
};
/**
 * What one State did. Days are ISO; `binds` is consent to be bound (not a mere signature), `leaves` is denunciation, and `reports` tells
 * anew what a Party counts for: contributing cargo that shrinks takes back what had been reached.
 */
export type PartyAct = {
  readonly state: string;
  readonly act: 'binds' | 'leaves' | 'reports';
  readonly on: string;
  readonly fleet: number;
  readonly ships: number;
  readonly cargo: number;
  readonly recycling: number;
};
/** World tonnage from a day on. */
export type WorldFleet = { readonly from: string; readonly tonnage: number };

/** How far the conditions were met on a day on which something changed. */
export type Standing = {
  readonly on: string;
  readonly states: number;
  readonly tonnageShare: number;
  readonly ships: number;
  readonly largeFleets: number;
  readonly cargo: number;
  readonly recyclingShare: number;
  readonly isMet: boolean;
};
export type EntryIntoForce = {
  /** One for each day on which a State consented or left, in order: what a chart shows. It can go back. */
  readonly standings: readonly Standing[];
  readonly metOn: string | null;
  readonly inForceOn: string | null;
};

/** Shares are sums of fractions: what differs by less is the same. */
const ROUNDING = 1e-9;
const NOTHING = { fleet: 0, ships: 0, cargo: 0, recycling: 0 };

/**
 * Computes, day by day, how far the conditions were met, when all were for the first time, and when the instrument so entered into
 * force. A State that left before they were met counts no more; afterwards entry into force stands, whoever leaves.
 */
export function computeEntryIntoForce(
  conditions: Conditions,
  acts: readonly PartyAct[],
  world: readonly WorldFleet[],
): EntryIntoForce {
  const parties = new Map<string, PartyAct>();
  const standings: Standing[] = [];
  const ordered = acts.toSorted((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
  ordered.forEach((act, at) => {
    if (act.act === 'binds' || (act.act === 'reports' && parties.has(act.state))) parties.set(act.state, act);
    if (act.act === 'leaves') parties.delete(act.state);
    if (ordered[at + 1]?.on !== act.on)
      standings.push(standingOn(act.on, [...parties.values()], conditions, worldTonnage(world, act.on)));
  });
  const metOn = standings.find(({ isMet }) => isMet)?.on ?? null;
  return { standings, metOn, inForceOn: metOn === null ? null : monthsAfter(metOn, conditions.monthsAfter) };
}

function standingOn(on: string, parties: readonly PartyAct[], conditions: Conditions, world: number): Standing {
  const sum = (what: keyof typeof NOTHING) => parties.reduce((total, party) => total + party[what], 0);
  const fleet = sum('fleet');
  const large = conditions.largeFleets?.tonnage ?? Number.POSITIVE_INFINITY;
  const standing = {
    on,
    states: parties.length,
    tonnageShare: world === 0 ? 0 : (100 * fleet) / world,
    ships: sum('ships'),
    largeFleets: parties.filter((party) => party.fleet >= large).length,
    cargo: sum('cargo'),
    recyclingShare: fleet === 0 ? 0 : (100 * sum('recycling')) / fleet,
  };
  return { ...standing, isMet: isMet(standing, conditions) };
}

function isMet(standing: Omit<Standing, 'isMet'>, conditions: Conditions): boolean {
  const reached = (needed: number | null, found: number) => needed === null || found >= needed - ROUNDING;
  return (
    reached(conditions.states, standing.states) &&
    reached(conditions.tonnageShare, standing.tonnageShare) &&
    reached(conditions.ships, standing.ships) &&
    reached(conditions.largeFleets?.states ?? null, standing.largeFleets) &&
    reached(conditions.cargo, standing.cargo) &&
    reached(conditions.recyclingShare, standing.recyclingShare)
  );
}

function worldTonnage(world: readonly WorldFleet[], on: string): number {
  return world.filter(({ from }) => from <= on).toSorted((a, b) => (a.from < b.from ? 1 : -1))[0]?.tonnage ?? 0;
}

/** What conditions are measured in. */
export const MEASURES = ['states', 'tonnageShare', 'ships', 'largeFleets', 'cargo', 'recyclingShare'] as const;
export type Measure = (typeof MEASURES)[number];
/** One condition over time: what is needed, and how much there was on each day on which something changed. A chart shows it as steps. */
export type Progress = {
  readonly measure: Measure;
  readonly needed: number;
  readonly points: readonly { readonly on: string; readonly value: number }[];
};

/** How much of a measure is needed; null where it is no condition. */
export function neededOf(conditions: Conditions, measure: Measure): number | null {
  return measure === 'largeFleets' ? (conditions.largeFleets?.states ?? null) : conditions[measure];
}

/** The way to entry into force as series of data, one for each condition that the instrument has. */
export function progressOf(conditions: Conditions, standings: readonly Standing[]): readonly Progress[] {
  return MEASURES.flatMap((measure) => {
    const needed = neededOf(conditions, measure);
    if (needed === null) return [];
    return [{ measure, needed, points: standings.map((standing) => ({ on: standing.on, value: standing[measure] })) }];
  });
}

/** Days on which something that had been reached was less than before. */
export function listSetbacks(progress: readonly Progress[]): readonly string[] {
  const days = progress.flatMap(({ points }) =>
    points.filter(({ value }, at) => value < (points[at - 1]?.value ?? value) - ROUNDING),
  );
  return [...new Set(days.map(({ on }) => on))].toSorted((a, b) => (a < b ? -1 : 1));
}

/** When consent takes effect for a State: with the instrument, or so many months after its own deposit where that is later. */
export function effectiveOn(depositedOn: string, inForceOn: string | null, monthsLater: number): string | null {
  if (inForceOn === null) return null;
  const own = monthsAfter(depositedOn, monthsLater);
  return depositedOn <= inForceOn && own <= inForceOn ? inForceOn : own;
}

/** The same day so many months later, or the last of that month. */
function monthsAfter(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const lastOfMonth = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, lastOfMonth))).toISOString().slice(0, 10);
}
