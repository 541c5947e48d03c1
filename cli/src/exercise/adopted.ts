import { readLent, readLibrary } from './library.store.ts';
import { type Book, listLost } from './people/library.ts';
import type { Stage } from './scenario/scenario.ts';

/** What stands again of an adopted application after it was wiped and restored. */
export type AdoptedKept = {
  readonly level: string;
  /** The desk's sentences on what nobody can promise at this level. */
  readonly notPromised: readonly string[];
  /** Rows that stood before it was wiped, and of these the ones that stand as they were. */
  readonly rows: number;
  readonly rowsBack: number;
  /** Requests that its own people were told are done, and what of that is not there. */
  readonly acknowledged: number;
  readonly lost: readonly string[];
  readonly refused: number;
  readonly inDoubt: number;
  /** Public reads that the application answered with an error of its own while it was being wiped. */
  readonly ownErrors: number;
  /** Rows that still hold what the attack wrote: it was in what the restore brought back. */
  readonly rowsOfAttack: number;
};

/** Compares the rows of an adopted application with what stood before, and with what its people were told. */
export async function compareAdopted(stage: Stage, before: ReadonlyMap<string, string>): Promise<AdoptedKept> {
  const { desk, library, paths, mark, compartment, tell } = stage;
  const { compartments } = await desk.state();
  const own = compartments.find(({ name }) => name === compartment);
  // First what people were told, then the rows: what comes after is no loss.
  const count = library?.count;
  const told = library?.noteTold() ?? new Map<string, Book>();
  const lost = listLost(told, await readLent(paths));
  const now = await readLibrary(paths);
  const isBack = ([name, row]: readonly [string, string]) => describe(name, now.get(name)) === describe(name, row);
  const kept: AdoptedKept = {
    level: own?.level ?? '',
    notPromised: own?.notPromised ?? [],
    rows: before.size,
    rowsBack: [...before].filter(isBack).length,
    acknowledged: count?.acknowledged ?? 0,
    lost,
    refused: count?.refused ?? 0,
    inDoubt: count?.inDoubt ?? 0,
    ownErrors: count?.ownErrors ?? 0,
    rowsOfAttack: [...now.values()].filter((row) => row.includes(mark)).length,
  };
  tell(`${kept.rowsBack} of ${kept.rows} rows are back; ${kept.rowsOfAttack} hold what the attack wrote before the seal`);
  return kept;
}

/** A loan may have come back since: that is no other loan. */
function describe(name: string, row: string | undefined): string | undefined {
  return name.startsWith('loan ') ? row?.replace(/"returned_at": (?:null|"[^"]*")/, '') : row;
}
