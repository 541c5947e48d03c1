import type { Language } from '@bulkhead/contracts';
import type { Module } from '#declaration/module.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';

/**
 * Colours of maps and charts, by light and by dark. Each has a contrast of three to one at least with paper, land and sea, and each
 * comes with a pattern or shape of its own: colour is never all that tells.
 */
export const SHADES = [
  { light: '#0b5fa5', dark: '#6bb6f5' },
  { light: '#b8400a', dark: '#ff9f6b' },
  { light: '#0c6e66', dark: '#45d1bf' },
  { light: '#6d35cf', dark: '#bda5ff' },
  { light: '#7d5700', dark: '#e8bf4d' },
  { light: '#ad1457', dark: '#ff93c4' },
  { light: '#3c6e1f', dark: '#a3d883' },
  { light: '#4b5b69', dark: '#aebdca' },
] as const;
export const GROUNDS = {
  paper: { light: '#ffffff', dark: '#101a24' },
  sea: { light: '#eaf2f8', dark: '#0d1c2b' },
  land: { light: '#d7dfe4', dark: '#263645' },
} as const;

/** A value among those that colours tell apart, or all others of them, or none. */
export type Series = {
  readonly kind: 'value' | 'others' | 'none';
  readonly code: string;
  readonly name: string;
  readonly shade: number;
  readonly count: number;
};
export type SeriesWords = { readonly others: string; readonly notGiven: string };

const MOST_VALUES = 7;
const NONE_SHADE = 7;

/** Which values of a field are told apart: all of a short list, always in the same colours; of a long one the most frequent. */
export function seriesOf(
  module: Module,
  field: string,
  counts: ReadonlyMap<string | null, number>,
  words: SeriesWords,
  language: Language,
): readonly Series[] {
  const declared = declaredCodes(module, field);
  const given = [...counts.keys()].filter((code) => code !== null);
  const bySize = given.toSorted((left, right) => (counts.get(right) ?? 0) - (counts.get(left) ?? 0) || left.localeCompare(right));
  const isLong = declared.length === 0 || declared.length > MOST_VALUES;
  const told = isLong ? (bySize.length <= MOST_VALUES ? bySize : bySize.slice(0, MOST_VALUES - 1)) : declared;
  const values = told.map((code, shade) => ({
    kind: 'value' as const,
    code,
    name: meaningsOf(module)[field]?.facet?.show(code, language) ?? code,
    shade,
    count: counts.get(code) ?? 0,
  }));
  const others = given.filter((code) => !told.includes(code)).reduce((sum, code) => sum + (counts.get(code) ?? 0), 0);
  const none = counts.get(null) ?? 0;
  return [
    ...values.filter(({ count }) => count > 0),
    ...(others > 0 ? [{ kind: 'others' as const, code: '', name: words.others, shade: MOST_VALUES - 1, count: others }] : []),
    ...(none > 0 ? [{ kind: 'none' as const, code: '', name: words.notGiven, shade: NONE_SHADE, count: none }] : []),
  ];
}

/** The one to which a value belongs. */
export function seriesAt(series: readonly Series[], code: string | null): Series | undefined {
  if (code === null) return series.find(({ kind }) => kind === 'none');
  return series.find((one) => one.kind === 'value' && one.code === code) ?? series.find(({ kind }) => kind === 'others');
}

function declaredCodes(module: Module, field: string): readonly string[] {
  const declared = module.fields[field];
  if (declared?.kind === 'choice' || declared?.kind === 'choices') return Object.keys(declared.of);
  return declared?.kind === 'yes-no' ? ['yes', 'no'] : [];
}

/** The colours as rules of a stylesheet: `.s0` to `.s7` set `--shade`. */
export function shadeRules(): string {
  const rules = (tone: 'light' | 'dark') => SHADES.map((shade, number) => `.s${number}{--shade:${shade[tone]}}`).join('');
  const grounds = (tone: 'light' | 'dark') =>
    `:root{--sea:${GROUNDS.sea[tone]};--land:${GROUNDS.land[tone]};--sheet:${GROUNDS.paper[tone]}}`;
  return `${grounds('light')}${rules('light')}@media (prefers-color-scheme:dark){${grounds('dark')}${rules('dark')}}`;
}

/** The contrast of two colours (WCAG 2.2, relative luminance). */
export function contrastOf(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminanceOf(one), luminanceOf(other)].toSorted((left, right) => right - left);
  return (light + 0.05) / (dark + 0.05);
}

function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
