import type { Language } from '@bulkhead/contracts';
import { fillIn, formatNumber } from '@bulkhead/web';
import { overviewWords } from '#overview/overview.words.ts';
import { type Cell, type Shown, text } from '#overview/sheet.rules.ts';
import { ALL_TYPES, type SharedSet } from './shared-set.rules.ts';

/** The shared set of a year as a table: a row for each group of ships that nobody can tell apart. */
export function sharedShown(
  { rows, leftOut }: SharedSet,
  { year, years, caption }: { readonly year: number | null; readonly years: readonly number[]; readonly caption: string },
  language: Language,
): Shown {
  const words = overviewWords(language);
  const number = (value: number | string): Cell => ({
    text: typeof value === 'number' ? formatNumber(value, language) : value,
    isNumber: true,
  });
  const heads = [words.ships, words.meanFuel, words.meanDistance, words.meanHours].map(number);
  return {
    controls: [
      {
        name: 'year',
        label: words.year,
        shape: 'pick',
        value: String(year ?? ''),
        options: years.map((one) => ({ value: String(one), text: String(one) })),
      },
    ],
    sheet: {
      caption: year === null ? caption : `${caption}: ${year}`,
      columns: [text(words.type), { text: words.tonnage, isNumber: true }, ...heads],
      rows: rows.map(({ type, grossTonnage, ships, fuel, distance, hours }) => ({
        head: text(type === ALL_TYPES ? words.otherTypes : type),
        cells: [{ text: grossTonnage, isNumber: true, isCode: true }, ...[ships, fuel, distance, hours].map(number)],
      })),
      notes: leftOut === 0 ? [] : [text(fillIn(words.leftOut, { count: formatNumber(leftOut, language) }))],
      lines: [
        ['year', 'type', 'gross_tonnage', 'ships', 'mean_fuel_t', 'mean_distance_nm', 'mean_hours'],
        ...rows.map((row) => [row.year, row.type, row.grossTonnage, row.ships, row.fuel, row.distance, row.hours].map(String)),
      ],
    },
  };
}
