import { findCountry } from './country.rules.ts';

/** Member States and associate members: `state-nor` speaks for NOR. Organisations, media and the Secretariat speak for no State. */
const OF_A_STATE = /^(?:state|associate)-([a-z]{3})$/;
export const SECRETARIAT = 'secretariat';

/** The State that a delegation speaks for, by ISO 3166-1 alpha-3; null for others. */
export function stateOfDelegation(delegation: string | null): string | null {
  const code = OF_A_STATE.exec(delegation ?? '')?.[1]?.toUpperCase();
  return code === undefined ? null : (findCountry(code)?.alpha3 ?? null);
}
