import { z } from 'zod';

/** The states of a compartment, in the order of a recovery. */
export const COMPARTMENT_STATES = ['open', 'read-only', 'sealed', 'restoring', 'verifying'] as const;
export type CompartmentState = (typeof COMPARTMENT_STATES)[number];
export const compartmentStateSchema = z.enum(COMPARTMENT_STATES);

/** What the public is told of a compartment. */
export const PUBLIC_STATES = ['operational', 'read-only', 'contained', 'being-restored', 'down'] as const;
export type PublicState = (typeof PUBLIC_STATES)[number];
export const publicStateSchema = z.enum(PUBLIC_STATES);

const TOLD: Record<CompartmentState, PublicState> = {
  open: 'operational',
  'read-only': 'read-only',
  sealed: 'contained',
  restoring: 'being-restored',
  verifying: 'being-restored',
};

/** Turns a state into the words for the public. */
export function tellPublic(state: CompartmentState): PublicState {
  return TOLD[state];
}

/** States in which the gateway passes requests on: all of them, those that only read, or none. */
export function admits(state: CompartmentState): 'all' | 'reads' | 'nothing' {
  if (state === 'open') return 'all';
  return state === 'read-only' ? 'reads' : 'nothing';
}
