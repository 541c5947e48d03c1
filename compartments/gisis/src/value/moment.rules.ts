import { formatMoment } from '@bulkhead/web';
import type { FieldOf } from '#declaration/field.rules.ts';
import { readDay } from './calendar-day.rules.ts';
import { dayAfter, dayFilters, yearFacet, yearFilter } from './day.rules.ts';
import { refuse } from './fault.rules.ts';
import { line } from './filter.rules.ts';
import { singleColumn } from './single-column.rules.ts';
import type { Given, Meaning, Reading, Test } from './value.rules.ts';
import { readInZone, writeInstant } from './zone.rules.ts';

const TIME =
  /^(?<day>.{8,20}?)(?:T|,? +(?:at )?)(?<hour>\d{1,2})[:.h](?<minute>\d{2})(?::(?<second>\d{2})(?:\.\d{1,9})?)?(?<rest>.*)$/u;
const COMPACT = /^(?<day>\d{8})T(?<hour>\d{2})(?<minute>\d{2})(?<second>\d{2})?(?<rest>.*)$/u;

/** An instant, typed with its zone and kept in UTC to the second. */
export function momentMeaning({ notAfter }: FieldOf<'moment'>): Meaning<string> {
  const parse = (text: string, given: Given): Reading<string> => {
    const at = readMoment(text);
    if (!at.ok || notAfter === undefined) return at;
    return Date.parse(at.value) > given.now.getTime() ? refuse('momentAhead') : at;
  };
  return singleColumn<string>({
    type: 'timestamptz',
    control: line(80, { isCode: true, example: '2026-03-29 14:05 UTC' }),
    form: 'momentForm',
    parse,
    unpack: (stored) => (stored instanceof Date ? writeInstant(stored.getTime()) : null),
    show: (value, language) => formatMoment(new Date(value), language),
    schema: { type: 'string', format: 'date-time' },
    filters: [
      ...dayFilters(({ from }, last) => within(from ?? null, last)),
      yearFilter((year) => within(`${year}-01-01`, `${year}-12-31`)),
    ],
    facet: yearFacet((column) => `extract(year from ${column} at time zone 'UTC')::int`),
  });
}

/** From the beginning of a day to the end of another, in UTC. */
function within(from: string | null, last: string | null): Test {
  return {
    test: 'between',
    column: '',
    ...(from === null ? {} : { from: `${from}T00:00:00Z` }),
    ...(last === null ? {} : { before: `${dayAfter(last)}T00:00:00Z` }),
  };
}

function readMoment(text: string): Reading<string> {
  const {
    day: dayText = '',
    hour = '',
    minute = '',
    second = '00',
    rest = '',
  } = (COMPACT.exec(text) ?? TIME.exec(text))?.groups ?? {};
  if (dayText === '') return refuse('momentForm');
  const day = readDay(dayText);
  if (!day.ok) return day;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return refuse('momentForm');
  const wall = `${day.value}T${hour.padStart(2, '0')}:${minute}:${second}`;
  const zone = rest.trim().replace(/^[([](.*)[)\]]$/u, '$1');
  if (zone === '') return refuse('zoneMissing', {}, [`${wall}Z`]);
  // RFC 9557: the offset tells the instant, the name beside it the place.
  const extended = /^([+-]\d{2}:\d{2}|Z)\[[A-Za-z0-9_+/-]{1,60}\]$/.exec(zone);
  return readInZone(wall, extended?.[1] ?? zone);
}
