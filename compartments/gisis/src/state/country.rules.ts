import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { COUNTRY_LINES } from './country.data.ts';

/** Degrees; none crosses the antimeridian (a country that does has several). */
export type Box = { readonly south: number; readonly west: number; readonly north: number; readonly east: number };
/** A country, area or territory of ISO 3166-1: what can be a flag State, a coastal State, the State of a port. */
export type Country = {
  readonly alpha3: string;
  readonly alpha2: string;
  /** Three digits. */
  readonly numeric: string;
  /** Maritime identification digits, the first of which an MMSI carries. */
  readonly mids: readonly string[];
  readonly boxes: readonly Box[];
  readonly names: Readonly<Record<Language, string>>;
  readonly others: readonly string[];
};

export const COUNTRIES: readonly Country[] = COUNTRY_LINES.trim()
  .split('\n')
  .map((line) => readLine(line));

const byCode = new Map<string, Country>();
const byName = new Map<string, Country>();
const byMid = new Map<string, Country>();
for (const country of COUNTRIES) {
  for (const code of [country.alpha3, country.alpha2, country.numeric]) byCode.set(code, country);
  for (const mid of country.mids) if (!byMid.has(mid)) byMid.set(mid, country);
  for (const name of [...Object.values(country.names), ...country.others]) byName.set(foldName(name), country);
}

function readLine(line: string): Country {
  const [alpha3 = '', alpha2 = '', numeric = '', mids = '', boxes = '', ...rest] = line.split('|');
  const name = (language: Language) => rest[LANGUAGES.indexOf(language)] ?? '';
  return {
    alpha3,
    alpha2,
    numeric,
    mids: listOf(mids, ' '),
    boxes: listOf(boxes, ' ').map((box) => {
      const [south = 0, west = 0, north = 0, east = 0] = box.split(',').map(Number);
      return { south, west, north, east };
    }),
    names: { ar: name('ar'), zh: name('zh'), en: name('en'), fr: name('fr'), ru: name('ru'), es: name('es') },
    others: listOf(rest[LANGUAGES.length] ?? '', ';'),
  };
}

function listOf(text: string, separator: string): readonly string[] {
  return text === '' ? [] : text.split(separator);
}

/** Lower case, without marks, punctuation and articles in brackets: alike for all ways to write one name. */
export function foldName(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .replace(/ (?:the|le|la|les|l|el|los|las)$/u, '')
    .replace(/^(?:the|le|la|les|l|el|los|las) /u, '')
    .replace(/\bst(?= )/gu, 'saint');
}

/** A country by ISO 3166-1: alpha-3, alpha-2 or the three digits. */
export function findCountry(code: string): Country | undefined {
  return byCode.get(code);
}

/** The State whose MID it is; an MID of a territory gives the territory. */
export function findCountryOfMid(mid: string): Country | undefined {
  return byMid.get(mid);
}

/** What a State is called in a language; an unknown code stays as it is. */
export function nameCountry(alpha3: string, language: Language): string {
  return byCode.get(alpha3)?.names[language] ?? alpha3;
}

/** A country by code or by any of its names in the six languages, however they are written. */
export function readCountry(text: string): Country | undefined {
  return byCode.get(text.trim().toUpperCase()) ?? byName.get(foldName(text));
}

/** Countries that somebody who wrote this may have meant: at most three, the likeliest first. */
export function suggestCountries(text: string): readonly Country[] {
  const wanted = foldName(text);
  if (wanted.length < 3) return [];
  const grams = gramsOf(wanted);
  const best = new Map<Country, number>();
  for (const [name, country] of byName) {
    const likeness = name.startsWith(wanted) ? 0.9 : likenessOf(grams, gramsOf(name));
    if (likeness > Math.max(0.4, best.get(country) ?? 0)) best.set(country, likeness);
  }
  return [...best]
    .toSorted(([a, x], [b, y]) => y - x || (a.alpha3 < b.alpha3 ? -1 : 1))
    .slice(0, 3)
    .map(([country]) => country);
}

function gramsOf(text: string): ReadonlySet<string> {
  const padded = `  ${text} `;
  return new Set(Array.from({ length: padded.length - 2 }, (_, at) => padded.slice(at, at + 3)));
}

function likenessOf(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const alike = [...one].filter((gram) => other.has(gram)).length;
  return alike / (one.size + other.size - alike);
}
