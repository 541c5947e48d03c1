import { remark, textIn } from '#modules/check.rules.ts';
import { SECRETARIAT, stateOfDelegation } from '#state/delegation.rules.ts';
import type { Check } from '#value/record-rule.rules.ts';

/** Codes of delegations are small: letters, digits, hyphens. */
const CODE = /^[a-z0-9]+(?:-[a-z0-9]+)+$/;

/** Who files for a State needs an account of its own: that of an organization, not of a State or of the Secretariat. */
export const checkAccount: Check = (values) => {
  const code = textIn(values, 'delegation');
  if (code === null)
    return values['may_file'] === true
      ? [remark('delegation', 'refused', 'Tell under which account the organization files, or that it does not.')]
      : [];
  const isOrganization = CODE.test(code) && code !== SECRETARIAT && !code.startsWith('unit-') && stateOfDelegation(code) === null;
  return isOrganization
    ? []
    : [remark('delegation', 'refused', 'Write the code of the organization’s delegation, such as ngo-abc.')];
};
