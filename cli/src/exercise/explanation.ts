import type { ScenarioReport } from './measures.ts';
import { isRepaired } from './scenario/scenario.ts';

/** Why a figure of a scenario is not whole: nothing that is missing stands there without its reason. */
export function explain(scenario: Omit<ScenarioReport, 'explanations'>): string[] {
  const { isAttributable, recall, precision, honestKept, adopted, left, reattackSucceeded } = scenario;
  const again = reattackSucceeded > 0 ? [`${reattackSucceeded} of the repeated attacks worked: ${listSucceeded(scenario)}`] : [];
  if (adopted) return [...explainAdopted(scenario, adopted), ...again];
  const isShort = [recall, precision, honestKept].some((share) => share !== null && share < 1);
  return [
    ...(isRepaired(scenario) && !isAttributable && isShort ? [explainWindow(scenario)] : []),
    ...(isRepaired(scenario) && isAttributable ? explainShares(scenario) : []),
    ...(!isRepaired(scenario) && (honestKept ?? 1) < 1
      ? [`${left.length} cells are not as in the estate that knew no attack`]
      : []),
    ...explainDependents(scenario),
    ...again,
  ];
}

function listSucceeded({ reattacks }: Omit<ScenarioReport, 'explanations'>): string {
  return reattacks
    .filter(({ succeeded }) => succeeded)
    .map(({ what }) => what)
    .join('; ');
}

function explainWindow({ window, precision, takenBackWithIt }: Omit<ScenarioReport, 'explanations'>): string {
  const share = precision === null ? '' : `; of what was changed back ${(precision * 100).toFixed(0)} % was the attack's`;
  return `unattributable window: the attack wrote inside honest requests, under their tokens, and nothing tells its changes from theirs. The window of ${window?.transactions ?? 0} transactions is listed, a person chose among them, and what was chosen went whole: ${takenBackWithIt} honest requests with it, whose authors are told${share}`;
}

function explainShares({ recall, precision, honestKept, left }: Omit<ScenarioReport, 'explanations'>): string[] {
  const where = left.length > 0 ? `, the first of them: ${left.slice(0, 3).join('; ')}` : '';
  return [
    ...((recall ?? 1) < 1 ? [`recall: cells that the attack changed do not stand as without it${where}`] : []),
    ...((precision ?? 1) < 1 ? ['precision: cells were changed back in which the attacked estate had not differed'] : []),
    ...((honestKept ?? 1) < 1 ? [`kept: cells of honest people do not stand as without the attack${where}`] : []),
  ];
}

function explainDependents({ dependents }: Omit<ScenarioReport, 'explanations'>): string[] {
  const { recall, precision, listed, expected } = dependents;
  return [
    ...(recall < 1
      ? [`dependents: of ${expected} honest changes in cells of the attack ${Math.round(recall * expected)} are listed`]
      : []),
    ...(precision < 1
      ? [`dependents: ${Math.round((1 - precision) * listed)} of ${listed} listed changes were on top of nothing`]
      : []),
  ];
}

function explainAdopted(
  { window, honestKept, left }: Omit<ScenarioReport, 'explanations'>,
  { level, rows, rowsBack, lost, rowsOfAttack, ownErrors }: NonNullable<ScenarioReport['adopted']>,
): string[] {
  return [
    `unattributable window: at level ${level} writes carry no provenance. The window is all the time that it was open, with the ${window?.transactions ?? 0} transactions that history lists; recall and precision cannot be measured`,
    ...(rowsOfAttack > 0
      ? [
          `${rowsOfAttack} rows were overwritten before the seal and came back as they stood then: a person mends them in the application`,
        ]
      : []),
    ...(ownErrors > 0
      ? [`${ownErrors} public reads were answered with an error by the application itself while it was wiped`]
      : []),
    ...(rowsBack < rows ? [`${rows - rowsBack} rows did not come back as they stood`] : []),
    ...(lost.length > 0 ? [`lost: ${lost.slice(0, 5).join(', ')}`] : []),
    ...((honestKept ?? 1) < 1 ? [`in other compartments ${left.length} cells are not as without the attack`] : []),
  ];
}
