import { owedOfCasualties } from '#duty/casualty-owed.actions.ts';
import type { Overview } from '#overview/overview.rules.ts';
import { sharedFuel } from './fuel-consumption/shared.actions.ts';
import { monthlyPiracy } from './piracy/monthly.actions.ts';
import { organizationMatrix } from './recognized-organization/matrix.actions.ts';
import { treatyMatrix, treatyProgress } from './treaty/status.actions.ts';

/** What reads the pages that declarations name; a test compares. */
export const OVERVIEWS: readonly Overview[] = [
  organizationMatrix,
  owedOfCasualties,
  treatyMatrix,
  treatyProgress,
  monthlyPiracy,
  sharedFuel,
];
