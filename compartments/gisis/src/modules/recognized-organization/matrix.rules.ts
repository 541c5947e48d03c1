import { listIn, textIn } from '#modules/check.rules.ts';
import type { Values } from '#value/record-rule.rules.ts';

/** One State's authorization of one organization. Days are ISO; `to` is null while it lasts. */
export type Authorization = {
  readonly state: string;
  readonly organization: string;
  readonly functions: readonly string[];
  readonly from: string | null;
  readonly to: string | null;
  /** The record that says so. */
  readonly reference?: string;
};
/** Who may do what for whom on a day: a row for each State, a cell for each organization, with the functions in it. */
export type Matrix = {
  readonly organizations: readonly string[];
  readonly rows: readonly { readonly state: string; readonly cells: readonly (readonly string[])[] }[];
};

/** The matrix of States, organizations and functions on a day, of one function where it is asked for. */
export function arrangeMatrix(all: readonly Authorization[], on: string, only: string | null = null): Matrix {
  const holding = all
    .filter(({ from, to }) => (from === null || from <= on) && (to === null || to >= on))
    .map((one) => ({ ...one, functions: one.functions.filter((name) => only === null || name === only) }))
    .filter(({ functions }) => functions.length > 0);
  const organizations = sortedNames(holding.map(({ organization }) => organization));
  const rows = sortedNames(holding.map(({ state }) => state)).map((state) => ({
    state,
    cells: organizations.map((organization) => functionsOf(holding, state, organization)),
  }));
  return { organizations, rows };
}

function functionsOf(all: readonly Authorization[], state: string, organization: string): readonly string[] {
  return sortedNames(
    all.filter((one) => one.state === state && one.organization === organization).flatMap(({ functions }) => functions),
  );
}

function sortedNames(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Whether an organization may act for a State in this function on a day: what an officer of an organization may file hangs on it. */
export function isAuthorized(
  all: readonly Authorization[],
  asked: Pick<Authorization, 'state' | 'organization'>,
  functionName: string,
  on: string,
): boolean {
  return arrangeMatrix(
    all.filter(({ state, organization }) => state === asked.state && organization === asked.organization),
    on,
    functionName,
  ).rows.some(({ cells }) => cells.some((cell) => cell.length > 0));
}

/** A record as an authorization. */
export function authorizationOf(values: Values): readonly Authorization[] {
  const [state, organization] = [textIn(values, 'country'), textIn(values, 'organization')];
  if (state === null || organization === null) return [];
  const valid = values['valid'];
  const period = typeof valid === 'object' && valid !== null && 'from' in valid ? valid : { from: null, to: null };
  return [{ state, organization, functions: listIn(values, 'functions'), from: period.from, to: period.to }];
}
