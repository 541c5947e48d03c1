import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { fillIn } from '@bulkhead/web';
import { sayBy } from '#declaration/terms.rules.ts';
import { ASKED_FROM_KM, distanceToCountryKm } from '#state/box.rules.ts';
import { type Country, findCountry } from '#state/country.rules.ts';
import { type Holes, sentenceOf } from '#value/fault.rules.ts';
import { classifyMmsi } from '#value/mmsi-class.rules.ts';
import type { Check, Remark, Values } from '#value/record-rule.rules.ts';
import type { Position } from '#value/value.rules.ts';
import { CHECK_TERMS, type CheckSentence } from './check.words.ts';

const say = sayBy(CHECK_TERMS);
const INTERNATIONAL = 'XZ';
const NEAR_WATERS: ReadonlySet<string> = new Set(['port', 'internal', 'territorial']);

/** A remark with one of the sentences of `check.words.ts`. */
export function remark(field: string, weight: Remark['weight'], english: CheckSentence, holes: Holes = {}): Remark {
  const tell = (language: Language) =>
    fillIn(
      say(english, language),
      Object.fromEntries(Object.entries(holes).map(([name, told]) => [name, typeof told === 'function' ? told(language) : told])),
    );
  const [ar = '', zh = '', en = '', fr = '', ru = '', es = ''] = LANGUAGES.map(tell);
  return { field, weight, sentence: { ar, zh, en, fr, ru, es } };
}

export function textIn(values: Values, field: string): string | null {
  const value = values[field];
  return typeof value === 'string' ? value : null;
}
export function numberIn(values: Values, field: string): number | null {
  const value = values[field];
  return typeof value === 'number' ? value : null;
}
export function listIn(values: Values, field: string): readonly string[] {
  const value = values[field];
  return Array.isArray(value) ? value : [];
}
export function positionIn(values: Values, field: string): Position | null {
  const value = values[field];
  return typeof value === 'object' && value !== null && 'lat' in value ? value : null;
}

/** Days of which none may come before one that stands before it here; those not told are passed over. */
export function inOrder(...fields: readonly string[]): Check {
  return (values) => {
    const told = fields.flatMap((field) => {
      const day = textIn(values, field);
      return day === null ? [] : [{ field, day }];
    });
    const wrong = told.find(({ day }, at) => told.slice(0, at).some((earlier) => earlier.day > day));
    return wrong ? [remark(wrong.field, 'refused', 'This day comes before one that must precede it.')] : [];
  };
}

/** The country of a UN/LOCODE is the State that another field names; territories make it a question. */
export function placeOf(place: string, state: string): Check {
  return (values) => {
    const [code, alpha3] = [textIn(values, place)?.slice(0, 2), textIn(values, state)];
    const country = code === undefined || code === INTERNATIONAL ? undefined : findCountry(code);
    if (!country || alpha3 === null || country.alpha3 === alpha3) return [];
    return [
      remark(place, 'asked', 'This place lies in {country}, not in the State of the record. Check both.', {
        country: nameOf(country),
      }),
    ];
  };
}

/** A position lies within 100 km of the box of its State. */
export function nearCountry(position: string, state: string): Check {
  return (values) => {
    const [at, country] = [positionIn(values, position), findCountry(textIn(values, state) ?? '')];
    const far = at && country ? (distanceToCountryKm(at, country) ?? 0) : 0;
    if (!country || far <= ASKED_FROM_KM) return [];
    return [
      {
        field: position,
        weight: 'asked',
        sentence: sentenceOf('farFromCountry', { km: Math.round(far), country: nameOf(country) }),
      },
    ];
  };
}

/** What happened in a port or in territorial waters lies near the State whose they are; on the high seas it may lie anywhere. */
export function nearCoast(position: string, state: string, waters: string): Check {
  const check = nearCountry(position, state);
  return (values, given) => (NEAR_WATERS.has(textIn(values, waters) ?? '') ? check(values, given) : []);
}

/** The country that an MMSI names is the State; those of territories and of ships that changed flag make it a question. */
export function identityOf(mmsi: string, state: string): Check {
  return (values) => {
    const [digits, alpha3] = [textIn(values, mmsi), textIn(values, state)];
    const read = digits === null ? null : classifyMmsi(digits);
    if (!read?.ok || read.country === null || alpha3 === null || read.country.alpha3 === alpha3) return [];
    return [
      remark(mmsi, 'asked', 'These digits belong to {country}. Check the number and the State.', {
        country: nameOf(read.country),
      }),
    ];
  };
}

function nameOf(country: Country): (language: Language) => string {
  return (language) => country.names[language];
}
