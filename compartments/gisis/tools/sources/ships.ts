import { readCountry } from '#state/country.rules.ts';
import type { Row } from './row.ts';

/** Types of the European Union's list by our codes. */
const TYPES: Readonly<Record<string, string>> = {
  'Bulk carrier': 'bulk-carrier',
  'Oil tanker': 'oil-tanker',
  'Container ship': 'container-ship',
  'Chemical tanker': 'chemical-tanker',
  'General cargo ship': 'general-cargo',
  'Gas carrier': 'gas-carrier',
  'Vehicle carrier': 'vehicle-carrier',
  'LNG carrier': 'lng-carrier',
  'Other ship types': 'other',
  'Ro-pax ship': 'ro-pax',
  'Passenger ship': 'passenger',
  'Ro-ro ship': 'ro-ro',
  'Refrigerated cargo carrier': 'refrigerated',
  'Container/ro-ro cargo ship': 'container-ro-ro',
  'Combination carrier': 'combination-carrier',
  'Passenger ship (Cruise Passenger ship)': 'passenger',
  'Other ship types (Offshore)': 'offshore-supply',
};

/** Ships that reported their emissions. Companies are left out: the source has their names and not their numbers. */
export function convertShips(rows: readonly Row[]): Row[] {
  return rows.map(
    ({ imo = '', name = '', former_names = '', ship_type = '', port_of_registry = '', flag = '', ice_class = '' }) => ({
      imo_number: imo,
      name: name.trim(),
      flag: readCountry(flag)?.alpha3 ?? flag,
      port_of_registry: nameLikeThis(port_of_registry),
      type: TYPES[ship_type] ?? ship_type,
      ice_class: ice_class.replace('Supper', 'Super'),
      former_names: former_names.replaceAll(/\s*[|;]\s*/g, ';'),
    }),
  );
}

/** PANAMA is Panama; what is written in both kinds of letters stays. */
function nameLikeThis(text: string): string {
  const clean = text.replaceAll(/\s+/g, ' ').trim();
  return clean === clean.toUpperCase()
    ? clean.toLowerCase().replaceAll(/(?<![\p{L}'’])\p{L}/gu, (letter) => letter.toUpperCase())
    : clean;
}
