import type { Language } from '@bulkhead/contracts';
import { fillIn, formatNumber } from '@bulkhead/web';
import { textIn } from '#modules/check.rules.ts';
import { overviewWords } from '#overview/overview.words.ts';
import { type Cell, type Control, EMPTY, type Shown, text } from '#overview/sheet.rules.ts';
import { BINDING_ACTS } from '#sight/authority.rules.ts';
import { nameCountry } from '#state/country.rules.ts';
import type { Values } from '#value/record-rule.rules.ts';
import { entryIntoForceOf } from './treaty-record.rules.ts';

/** An instrument with what States did about it. */
export type Instrument = {
  readonly reference: string;
  readonly values: Values;
  readonly actions: readonly Values[];
};
/** What holds of a State and an instrument. Days are ISO. */
export type Bond = { readonly kind: 'party' | 'signed' | 'left'; readonly on: string };

/** How a State stands to an instrument by its acts; those for territories tell nothing of the State. */
export function bondOf(actions: readonly Values[], state: string): Bond | null {
  return actions
    .filter((action) => textIn(action, 'party') === state && textIn(action, 'territory') === null)
    .toSorted((a, b) => ((textIn(a, 'done_on') ?? '') < (textIn(b, 'done_on') ?? '') ? -1 : 1))
    .reduce<Bond | null>(nextBond, null);
}

function nextBond(bond: Bond | null, action: Values): Bond | null {
  const [act, done] = [textIn(action, 'act') ?? '', textIn(action, 'done_on') ?? ''];
  const on = textIn(action, 'effective_on') ?? done;
  if (BINDING_ACTS.has(act)) return bond?.kind === 'party' ? bond : { kind: 'party', on };
  if (act === 'withdrawal' && bond !== null) return { kind: 'left', on };
  return act === 'signature' && bond === null ? { kind: 'signed', on: done } : bond;
}

/** States by instruments, with the number of Parties of each and their share of the world's tonnage. */
export function statusShown(
  instruments: readonly Instrument[],
  controls: readonly Control[],
  { caption, language }: { readonly caption: string; readonly language: Language },
): Shown {
  const words = overviewWords(language);
  const bonds = instruments.map(({ actions }) => bondsOf(actions));
  const states = [...new Set(bonds.flatMap((one) => [...one.keys()]))].toSorted((a, b) =>
    nameCountry(a, language).localeCompare(nameCountry(b, language), language),
  );
  const count = (of: ReadonlyMap<string, Bond>) => [...of.values()].filter(({ kind }) => kind === 'party').length;
  return {
    controls,
    sheet: {
      caption,
      columns: [
        text(words.state),
        ...instruments.map(({ reference, values }) => text(textIn(values, 'short_name') ?? reference, `/treaty/${reference}`)),
      ],
      rows: states.map((state) => ({
        head: text(nameCountry(state, language)),
        cells: bonds.map((of) => bondCell(of.get(state), language)),
      })),
      foot: [
        {
          head: text(words.parties),
          cells: bonds.map((of) => text(formatNumber(count(of), language))),
        },
        { head: text(words.tonnageShare), cells: instruments.map(shareCell) },
      ],
      notes: [],
      lines: [
        ['state', 'instrument', 'bond', 'on'],
        ...bonds.flatMap((of, at) =>
          [...of].map(([state, { kind, on }]) => [state, textIn(instruments[at]?.values ?? {}, 'short_name') ?? '', kind, on]),
        ),
      ],
    },
  };
}

function bondsOf(actions: readonly Values[]): ReadonlyMap<string, Bond> {
  const byState = Map.groupBy(actions, (action) => textIn(action, 'party') ?? '');
  return new Map(
    [...byState].flatMap(([state, own]) => {
      const bond = state === '' ? null : bondOf(own, state);
      return bond === null ? [] : [[state, bond] as const];
    }),
  );
}

/** Days stand as they are written in every language: a matrix has no room for words. */
function bondCell(bond: Bond | undefined, language: Language): Cell {
  if (!bond) return EMPTY;
  const words = overviewWords(language);
  if (bond.kind === 'party') return { text: bond.on, isCode: true };
  return text(fillIn(bond.kind === 'signed' ? words.signedOn : words.leftOn, { day: bond.on }));
}

function shareCell({ values, actions }: Instrument): Cell {
  const last = entryIntoForceOf(values, actions).standings.at(-1);
  return text(last && last.tonnageShare > 0 ? `${last.tonnageShare.toFixed(2)}\u00a0%` : '');
}
