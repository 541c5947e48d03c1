import { findCountry } from '#state/country.rules.ts';
import type { Row } from './row.ts';

const PORT_FUNCTION = '1';

/** Places of the UN/LOCODE that are ports, with what the World Port Index knows of them. Positions that others guessed are left out. */
export function convertPorts(places: readonly Row[], index: readonly Row[]): Row[] {
  const known = new Map(index.map((row) => [(row['UN/LOCODE'] ?? '').replaceAll(' ', ''), row]));
  const seen = new Set<string>();
  return places.flatMap((place) => {
    const { locode = '', name = '', nameWoDiacritics = '', subdivision = '' } = place;
    if (!place['function']?.startsWith(PORT_FUNCTION) || seen.has(locode)) return [];
    seen.add(locode);
    const other = known.get(locode);
    const others = [textOf(nameWoDiacritics), textOf(other?.['Main Port Name']), textOf(other?.['Alternate Port Name'])];
    const names = [...new Set(others.filter((one) => one !== '' && one.toLowerCase() !== textOf(name).toLowerCase()))];
    return [
      {
        locode,
        name: textOf(name),
        other_names: names.join('; '),
        country: findCountry(locode.slice(0, 2))?.alpha3 ?? '',
        subdivision: textOf(subdivision),
        position: positionOf(place, other),
        water: textOf(other?.['World Water Body']),
        index_number: textOf(other?.['World Port Index Number']),
      },
    ];
  });
}

function positionOf({ lat = '', lon = '', geocoded = '' }: Row, other: Row | undefined): string {
  if (other) return `${textOf(other['Latitude'])}, ${textOf(other['Longitude'])}`;
  return lat === '' || geocoded === 'true' ? '' : `${Number(lat).toFixed(4)}, ${Number(lon).toFixed(4)}`;
}

function textOf(text: string | undefined): string {
  return (text ?? '').replaceAll(/\s+/g, ' ').trim();
}
