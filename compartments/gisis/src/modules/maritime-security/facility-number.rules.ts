import { remark, textIn } from '#modules/check.rules.ts';
import { readLocode } from '#value/locode.rules.ts';
import type { Check } from '#value/record-rule.rules.ts';

/** `CAVAN-0022`: the UN/LOCODE of the port and four digits; 0000 is the whole port. */
export const checkFacilityNumber: Check = (values) => {
  const [number, port] = [textIn(values, 'facility_number'), textIn(values, 'port')];
  if (number === null) return [];
  const parts = /^([A-Z]{2}[A-Z2-9]{3})-\d{4}$/.exec(number);
  const locode = parts?.[1];
  if (locode === undefined || !readLocode(locode).ok)
    return [
      remark('facility_number', 'refused', 'Write the UN/LOCODE of the port, a hyphen and four digits, such as CAVAN-0022.'),
    ];
  return port === null || port === locode
    ? []
    : [remark('facility_number', 'refused', 'The number begins with the UN/LOCODE of another port.')];
};
