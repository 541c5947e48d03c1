import type { Language } from '@bulkhead/contracts';
import { fillIn, formatNumber } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import { overviewWords } from '#overview/overview.words.ts';
import { type Cell, type Shown, text } from '#overview/sheet.rules.ts';
import type { Counts, MonthlyList } from './monthly-list.rules.ts';

const WATERS = ['international', 'territorial', 'port', 'untold'] as const;
type Waters = (typeof WATERS)[number];

/** The list of a month as a table: areas by committed and attempted, each in international waters, territorial waters, a port. */
export function monthlyShown(module: Module, list: MonthlyList, language: Language): Shown {
  const words = overviewWords(language);
  // Where each act was is mostly told: columns for what was not stand only if they are needed.
  const shown: readonly Waters[] = WATERS.filter((one) => one !== 'untold' || list.committed.untold + list.attempted.untold > 0);
  const heads = (['committed', 'attempted'] as const).flatMap((what) =>
    WATERS.map(
      (waters): Cell => ({ text: fillIn(words[what], { waters: nameWaters(module, waters, language) }), isNumber: true }),
    ),
  );
  const cells = (counts: Counts): Cell[] =>
    shown.map((waters) => ({ text: counts[waters] === 0 ? '' : formatNumber(counts[waters], language), isNumber: true }));
  const month = { name: 'month', label: words.month, shape: 'month', value: list.month, options: [] } as const;
  const rows = list.lines.map(({ area, committed, attempted }) => ({
    head: text(nameArea(module, area, language), `/${module.name}?area=${area}&${daysOf(list.month)}`),
    cells: [...cells(committed), ...cells(attempted)],
  }));
  return {
    controls: [month],
    sheet: {
      caption: `${module.say('Monthly list', language)}: ${list.month}`,
      columns: [text(words.area), ...heads],
      rows,
      foot: rows.length === 0 ? [] : [{ head: text(words.total), cells: [...cells(list.committed), ...cells(list.attempted)] }],
      notes: [text(words.incidents, `/${module.name}?${daysOf(list.month)}`)],
    },
  };
}

/** The filter of a list that finds a month. */
export function daysOf(month: string): string {
  return Object.entries(monthFilters(month))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

export function monthFilters(month: string): Readonly<Record<string, string>> {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const last = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return { 'happened_at.from': `${month}-01`, 'happened_at.to': `${month}-${String(last).padStart(2, '0')}` };
}

function nameWaters(module: Module, waters: Waters, language: Language): string {
  const field = module.fields['waters'];
  if (waters === 'untold' || field?.kind !== 'choice') return overviewWords(language).untold;
  return module.say(field.of[waters] ?? waters, language);
}

function nameArea(module: Module, area: string, language: Language): string {
  const field = module.fields['area'];
  return field?.kind === 'choice' ? module.say(field.of[area] ?? area, language) : area;
}
