import type { Build, Scope } from '@bulkhead/contracts';
import type { Now } from '@bulkhead/kernel';
import type { EstatePaths } from '#estate/paths.ts';
import type { RunningEstate } from '#estate/run.ts';
import type { SampleAccount } from '#sample/accounts.ts';
import type { ExerciseDesk } from '../desk.ts';
import type { EditionWitness } from '../editions.ts';
import type { Patch } from '../implant/builds.ts';
import type { HonestRequest } from '../people/at-work.ts';
import type { Crew } from '../people/crew.ts';
import type { LibraryPeople } from '../people/library.ts';
import type { People } from '../people/people.ts';
import type { Registrars, Size } from '../people/registrars.ts';
import { REGISTRY } from '../people/registry-staff.ts';
import type { Chance } from '../random.ts';
import type { Readers } from '../readers.ts';

/** The compartment that most scenarios attack, and whose rows are compared with the twin's. */
export const COMPARTMENT = 'website';
/** The adopted application that an exercise takes into its estate. */
export const LIBRARY = 'lending-library';

/** Everything of a running exercise that a scenario may use. */
export type Stage = {
  readonly running: RunningEstate;
  readonly paths: EstatePaths;
  readonly desk: ExerciseDesk;
  readonly witness: EditionWitness;
  readonly people: People;
  /** Members of the adopted library; none in an estate that was there before. */
  readonly library: LibraryPeople | undefined;
  /** Whoever keeps the registry; nobody where no scenario is about it. */
  readonly registrars: Registrars | undefined;
  /** Those whose work this scenario touches: of the registry, else of the website. */
  readonly crew: Crew;
  readonly readers: Readers;
  readonly accounts: readonly SampleAccount[];
  readonly certificates: string | undefined;
  readonly chance: Chance;
  readonly now: Now;
  readonly tell: (line: string) => void;
  /** A text that stands in everything that an attack of this exercise writes. */
  readonly mark: string;
  /** The compartment that this scenario attacks. */
  readonly compartment: string;
  /** Drafts that honest people change before and after the attack, and the attack between. */
  readonly boards: readonly string[];
  /** The build that runs after this scenario's recovery; none where the exercise put no build of its own in place. */
  readonly nextBuild: (patch: Patch) => Promise<Build | undefined>;
};

/** What an attack did, by the attacker's own account. */
export type Attack = {
  readonly begunAt: Date;
  readonly begunMs: number;
  /** The newest finding before it. */
  readonly newest: number;
  /** Requests that wrote for the attacker; of those that only carried a rider, the exercise learns from history. */
  readonly requests: readonly string[];
  /** Transactions past the door, by their 32-bit id. */
  readonly xids: readonly string[];
  /** Rows that the attacker counted. */
  readonly rows: number;
  /** Tries the same again, with the same means; @returns each attempt and whether it worked */
  readonly again: () => Promise<readonly { readonly what: string; readonly succeeded: boolean }[]>;
  /** Rows as they stood before they were wiped, by table and id. */
  readonly before?: ReadonlyMap<string, string>;
  /** Honest changes of cells that the attack wrote, where the attacker's story tells them; else the notice boards do. */
  readonly onTop?: readonly HonestRequest[];
  /** For the report. */
  readonly details: Readonly<Record<string, unknown>>;
};

/** How it came to light, and what a person took for compromised. */
export type Found = {
  readonly findingMs: number;
  readonly rule: string;
  readonly scope: Scope;
};

/** One way in which an organisation was, or might be, attacked. */
export type Scenario = {
  readonly name: string;
  /** What the press asked in 2020. */
  readonly question: string;
  readonly attack: (stage: Stage) => Promise<Attack>;
  /** Waits until the watch, or a person, has found it. */
  readonly find: (stage: Stage, attack: Attack) => Promise<Found>;
  /** How it is taken back: `undo` out of what stood at the seal, `redo` from a clean point on. */
  readonly way: 'mended by itself' | 'restore' | 'undo' | 'redo';
  /** Whether what was written tells who wrote it; if not, a person decides within a window. */
  readonly isAttributable: boolean;
  /** What there is to see of it when it is open again, for the report. */
  readonly look?: (stage: Stage) => Promise<Readonly<Record<string, unknown>>>;
  /** The website unless told. */
  readonly compartment?: string;
  /** How large the registry's part is, of so many records to alter. */
  readonly registrySize?: (records: number) => Size;
  /** The hole is closed by running this build from then on. */
  readonly patch?: Patch;
  /** The hole is closed by closing these routes, until a patched build is there. */
  readonly closeRoutes?: readonly string[];
};

/** Whether what an attack changed is taken out, and what honest people did is kept: measured against the twin. */
export function isRepaired({ way }: Pick<Scenario, 'way'>): boolean {
  return way === 'undo' || way === 'redo';
}

/** Honest requests of the registry for each altered record. */
export const HONEST_FOR_EACH = 10;

/** Whether its rows are those of the registry; else they are the website's. */
export function isOfRegistry({ compartment }: Pick<Scenario, 'compartment'>): boolean {
  return compartment === REGISTRY;
}

/** Whether a scenario needs an estate made for it: builds of its own, a twin, or an adopted application. */
export function needsOwnEstate(scenario: Scenario): boolean {
  return isRepaired(scenario) || scenario.compartment !== undefined;
}
