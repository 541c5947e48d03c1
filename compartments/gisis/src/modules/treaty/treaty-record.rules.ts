import { numberIn, textIn } from '#modules/check.rules.ts';
import { BINDING_ACTS } from '#sight/authority.rules.ts';
import type { Values } from '#value/record-rule.rules.ts';
import {
  type Conditions,
  computeEntryIntoForce,
  type EntryIntoForce,
  MEASURES,
  type Measure,
  neededOf,
  type PartyAct,
  type WorldFleet,
} from './entry-into-force.rules.ts';
import { findKnownConditions } from './known-conditions.rules.ts';

/** What an instrument demands: what its record tells, else what the convention is known to say. */
export function conditionsOf(treaty: Values): Conditions {
  const told = toldConditions(treaty);
  const isTold = MEASURES.some((measure) => neededOf(told, measure) !== null);
  return isTold ? told : (findKnownConditions(textIn(treaty, 'short_name')) ?? told);
}

/** Whether the conditions are the convention's own, as the record tells of none. */
export function isByConvention(treaty: Values): boolean {
  return MEASURES.every((measure) => neededOf(toldConditions(treaty), measure) === null);
}

/** The figures of acts that a condition is computed from. */
const FIGURES: Readonly<Record<Measure, readonly string[]>> = {
  states: [],
  tonnageShare: ['fleet', 'world_fleet'],
  ships: ['ships'],
  largeFleets: ['fleet'],
  cargo: ['cargo'],
  recyclingShare: ['recycling', 'fleet'],
};

/** Conditions that cannot be computed, because no act tells of their figures. */
export function listUntold(measures: readonly Measure[], actions: readonly Values[]): readonly Measure[] {
  return measures.filter(
    (measure) => !FIGURES[measure].every((field) => actions.some((action) => numberIn(action, field) !== null)),
  );
}

function toldConditions(treaty: Values): Conditions {
  const [states, tonnage] = [numberIn(treaty, 'needs_large_fleets'), numberIn(treaty, 'large_fleet')];
  return {
    states: numberIn(treaty, 'needs_states'),
    tonnageShare: numberIn(treaty, 'needs_tonnage'),
    ships: numberIn(treaty, 'needs_ships'),
    largeFleets: states !== null && tonnage !== null ? { states, tonnage } : null,
    cargo: numberIn(treaty, 'needs_cargo'),
    recyclingShare: numberIn(treaty, 'needs_recycling'),
    monthsAfter: numberIn(treaty, 'months_after') ?? 0,
    monthsLater: numberIn(treaty, 'months_later') ?? 0,
  };
}

/** How an instrument came, or comes, into force by the records of what States did; acts that were withdrawn are not to be given. */
export function entryIntoForceOf(treaty: Values, actions: readonly Values[]): EntryIntoForce {
  return computeEntryIntoForce(conditionsOf(treaty), actions.flatMap(actOf), actions.flatMap(worldOf));
}

function actOf(action: Values): readonly PartyAct[] {
  const [state, on, kind] = [textIn(action, 'party'), textIn(action, 'done_on'), textIn(action, 'act')];
  // An extension to a territory adds no State.
  if (state === null || on === null || kind === null || textIn(action, 'territory') !== null) return [];
  const act = kind === 'withdrawal' ? 'leaves' : kind === 'figures' ? 'reports' : BINDING_ACTS.has(kind) ? 'binds' : null;
  const amount = (field: string) => numberIn(action, field) ?? 0;
  return act === null
    ? []
    : [
        {
          state,
          act,
          on,
          fleet: amount('fleet'),
          ships: amount('ships'),
          cargo: amount('cargo'),
          recycling: amount('recycling'),
        },
      ];
}

function worldOf(action: Values): readonly WorldFleet[] {
  const [from, tonnage] = [textIn(action, 'done_on'), numberIn(action, 'world_fleet')];
  return from === null || tonnage === null ? [] : [{ from, tonnage }];
}
