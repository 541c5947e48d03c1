/** Take longest; begun late, they would run on alone at the end. Longest first; what is not named follows by name. */
const FIRST: readonly string[] = [
  'headquarters/supervisor/tests/supervisor.test.ts',
  'headquarters/supervisor/tests/restore.test.ts',
  'offsite/src/receiver/faults.test.ts',
  'offsite/src/history/reconcile.test.ts',
  'compartments/website/tests/publishing.test.ts',
  'compartments/website/tests/public-pages.test.ts',
  'headquarters/supervisor/tests/closure.test.ts',
  'offsite/src/standby/quarantine.test.ts',
  'packages/supervision/tests/supervision.test.ts',
  'tools/new-compartment.test.ts',
  'tests/estate.test.ts',
];

/** The files that run a whole estate, and all others, each in the order in which to begin them. */
export function inParallel(files: readonly string[]): { readonly estates: string[]; readonly others: string[] } {
  const ordered = files.toSorted((one, other) => placeOf(one) - placeOf(other) || (one < other ? -1 : 1));
  return { estates: ordered.filter(isOfEstate), others: ordered.filter((file) => !isOfEstate(file)) };
}

function placeOf(file: string): number {
  const place = FIRST.indexOf(file);
  return place === -1 ? FIRST.length : place;
}

function isOfEstate(file: string): boolean {
  return /^tests\/[^/]+$/.test(file);
}
