import { EstateError } from '@bulkhead/kernel';
import type { Check } from '#value/record-rule.rules.ts';
import { checkFonar } from './annex-vi/annex-vi.rules.ts';
import { checkCasNumber } from './ballast-chemical/ballast-chemical.rules.ts';
import { checkExemption } from './ballast-water/ballast-water.rules.ts';
import { checkUnNumber } from './cargo/cargo.rules.ts';
import { checkOutcomes } from './casualty/casualty.rules.ts';
import { identityOf, inOrder, nearCoast, nearCountry, placeOf } from './check.rules.ts';
import { checkFuel } from './fuel-consumption/fuel-consumption.rules.ts';
import { checkModification } from './hook/hook.rules.ts';
import { checkContainers, checkRecovered } from './lost-container/lost-container.rules.ts';
import { checkFacilityNumber } from './maritime-security/facility-number.rules.ts';
import { checkPersons } from './migrant-smuggling/migrant-smuggling.rules.ts';
import { checkAccount } from './recognized-organization/account.rules.ts';
import { checkBuilt, checkFalseFlag } from './ship/ship.rules.ts';

/** The rules over several fields that declarations name. */
export const CHECKS: Readonly<Record<string, Check>> = {
  'annex-vi-fonar': checkFonar,
  'approval-days': inOrder('approved_on', 'valid_until'),
  'assessment-days': inOrder('delivered_on', 'decided_on', 'valid_until'),
  'audit-days': inOrder('begun_on', 'ended_on', 'plan_due'),
  'ballast-exemption': checkExemption,
  'cas-number': checkCasNumber,
  'casualty-outcomes': checkOutcomes,
  'container-numbers': checkContainers,
  'delivered-and-built': checkBuilt,
  'facility-days': inOrder('approved_on', 'reviewed_on', 'withdrawn_on'),
  'facility-number': checkFacilityNumber,
  'filing-account': checkAccount,
  'fuel-and-distance': checkFuel,
  'hook-modification': checkModification,
  'inadequacy-days': inOrder('happened_on', 'sent_on', 'answered_on'),
  'investigation-days': inOrder('begun_on', 'interim_on', 'reported_on'),
  'judicial-sale-days': inOrder('notice_on', 'sale_on', 'certificate_on'),
  'law-days': inOrder('adopted_on', 'in_force_on', 'ended_on'),
  'locode-of-country': placeOf('port', 'country'),
  'locode-of-port': placeOf('locode', 'country'),
  'locode-of-port-state': placeOf('port', 'port_state'),
  'mmsi-of-country': identityOf('mmsi', 'country'),
  'mmsi-of-flag': identityOf('mmsi', 'flag'),
  'persons-add-up': checkPersons,
  'position-near-coast': nearCoast('position', 'coastal_state', 'waters'),
  'position-near-country': nearCountry('position', 'country'),
  'recovered-of-lost': checkRecovered,
  'ship-flag-marker': checkFalseFlag,
  'treaty-action-days': inOrder('done_on', 'effective_on'),
  'treaty-days': inOrder('adopted_on', 'met_on', 'in_force_on', 'ended_on'),
  'un-number': checkUnNumber,
};

/** @throws EstateError `input.invalid` for a name that no declaration of ours has: a test compares */
export function checkOf(name: string): Check {
  const check = CHECKS[name];
  if (check) return check;
  throw new EstateError('input.invalid', `finding a rule over several fields: there is none called ${name}`);
}
