import { readRecords } from '#overview/overview.actions.ts';
import { askedAmong, askedDay, type Overview } from '#overview/overview.rules.ts';
import { authorizationOf } from './matrix.rules.ts';
import { functionNames, matrixShown } from './matrix-sheet.rules.ts';

/** The matrix of States, organizations and functions. */
export const organizationMatrix: Overview = {
  module: 'recognized-organization',
  page: 'matrix',
  read: async (deps, { module, params, visit }) => {
    const records = await readRecords(deps, module, {}, visit.viewer);
    const all = records.flatMap(({ values, reference }) => authorizationOf(values).map((one) => ({ ...one, reference })));
    const names = (pick: (one: (typeof all)[number]) => string) => all.map(pick);
    const picked = {
      state: askedAmong(
        params,
        'state',
        names(({ state }) => state),
      ),
      organization: askedAmong(
        params,
        'organization',
        names(({ organization }) => organization),
      ),
      functionName: askedAmong(params, 'function', functionNames(module)),
      on: askedDay(params, 'on', deps.now().toISOString().slice(0, 10)),
    };
    return matrixShown(module, all, picked, visit.language);
  },
};
