import type { Language } from '@bulkhead/contracts';
import { fillIn, formatDay, formatNumber } from '@bulkhead/web';
import type { Steps } from '#chart/steps.rules.ts';
import { type OverviewWord, overviewWords } from '#overview/overview.words.ts';
import { type Cell, type Control, type Sheet, type Shown, text } from '#overview/sheet.rules.ts';
import type { Values } from '#value/record-rule.rules.ts';
import { type EntryIntoForce, listSetbacks, type Measure, progressOf } from './entry-into-force.rules.ts';
import { conditionsOf, entryIntoForceOf, isByConvention, listUntold } from './treaty-record.rules.ts';

const TITLES: Readonly<Record<Measure, OverviewWord>> = {
  states: 'statesCount',
  tonnageShare: 'tonnageShare',
  ships: 'ships',
  largeFleets: 'largeFleets',
  cargo: 'cargo',
  recyclingShare: 'recycling',
};

/** The way of one instrument to entry into force: a row for each day on which something changed, a column for each condition. */
export function progressShown(
  {
    treaty,
    actions,
    caption,
    control,
  }: { readonly treaty: Values | null; readonly actions: readonly Values[]; readonly caption: string; readonly control: Control },
  language: Language,
): Shown {
  return {
    controls: [control],
    steps: treaty === null ? [] : stepsOf(treaty, actions, language),
    sheet: treaty === null ? noSheet(caption, language) : progressSheet(treaty, actions, caption, language),
  };
}

/** A drawing for each condition of which the acts tell. */
function stepsOf(treaty: Values, actions: readonly Values[], language: Language): readonly Steps[] {
  const words = overviewWords(language);
  const progress = progressOf(conditionsOf(treaty), entryIntoForceOf(treaty, actions).standings);
  const untold = listUntold(
    progress.map(({ measure }) => measure),
    actions,
  );
  return progress
    .filter(({ measure }) => !untold.includes(measure))
    .map(({ measure, needed, points }) => ({
      title: words[TITLES[measure]],
      points,
      needed: { name: words.needed, value: needed, write: (value) => write(measure, value, language) },
    }));
}

function noSheet(caption: string, language: Language): Sheet {
  return { caption, columns: [text(overviewWords(language).day)], rows: [], notes: [] };
}

function progressSheet(treaty: Values, actions: readonly Values[], caption: string, language: Language): Sheet {
  const words = overviewWords(language);
  const { standings, metOn, inForceOn } = entryIntoForceOf(treaty, actions);
  const progress = progressOf(conditionsOf(treaty), standings);
  if (progress.length === 0) return { ...noSheet(caption, language), notes: [text(words.noConditions)] };
  const untold = listUntold(
    progress.map(({ measure }) => measure),
    actions,
  );
  const number = (value: string): Cell => ({ text: value, isNumber: true });
  const needed = progress.map(({ measure, needed: least }) => number(write(measure, least, language)));
  const setbacks = listSetbacks(progress).map((day) => sayDay(day, language));
  return {
    caption,
    columns: [text(words.day), ...progress.map(({ measure }) => number(words[TITLES[measure]])), text(words.isMet)],
    rows: standings.map((standing, at) => ({
      head: text(sayDay(standing.on, language)),
      cells: [
        ...progress.map(({ measure, points }) =>
          number(untold.includes(measure) ? '' : write(measure, points[at]?.value ?? 0, language)),
        ),
        text(standing.isMet ? words.yes : ''),
      ],
    })),
    foot: [{ head: text(words.needed), cells: [...needed, text('')] }],
    notes: [
      ...(isByConvention(treaty) ? [text(words.byConvention)] : []),
      ...(untold.length > 0
        ? [text(fillIn(words.untoldFigures, { what: untold.map((measure) => words[TITLES[measure]]).join('; ') }))]
        : outcomeNotes({ metOn, inForceOn, setbacks }, language)),
    ],
    lines: [
      ['on', ...progress.map(({ measure }) => measure), 'met'],
      ...standings.map((standing) => [
        standing.on,
        ...progress.map(({ measure }) => String(standing[measure])),
        String(standing.isMet),
      ]),
    ],
  };
}

function outcomeNotes(
  { metOn, inForceOn, setbacks }: Pick<EntryIntoForce, 'metOn' | 'inForceOn'> & { readonly setbacks: readonly string[] },
  language: Language,
): readonly Cell[] {
  const words = overviewWords(language);
  return [
    text(metOn === null ? words.notMet : fillIn(words.metOn, { day: sayDay(metOn, language) })),
    ...(inForceOn === null ? [] : [text(fillIn(words.inForceOn, { day: sayDay(inForceOn, language) }))]),
    ...(setbacks.length === 0 ? [] : [text(fillIn(words.wentBack, { days: setbacks.join(language === 'ar' ? '؛ ' : '; ') }))]),
  ];
}

/** Shares to the hundredth of a per cent, rounded down: what is not reached is not shown as if it were. */
function write(measure: Measure, value: number, language: Language): string {
  const isShare = measure === 'tonnageShare' || measure === 'recyclingShare';
  return isShare ? `${(Math.floor(value * 100) / 100).toFixed(2)}\u00a0%` : formatNumber(value, language);
}

function sayDay(day: string, language: Language): string {
  return formatDay(new Date(`${day}T00:00:00Z`), language);
}
