import { accept, refuse } from './fault.rules.ts';
import type { Reading } from './value.rules.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const LONG_MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const FIRST_YEAR = 1500;
const LAST_YEAR = 2499;

/**
 * A day of the Gregorian calendar as `2026-03-29`, from that, `2026/3/29`, `20260329`, `29.3.2026`, `29 March 2026`, `March 29, 2026`,
 * and from `29/03/2026` where only one of day and month first can be meant. Two-digit years are refused.
 */
export function readDay(text: string): Reading<string> {
  const yearFirst = /^(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})$/.exec(text);
  if (yearFirst && (yearFirst[2] !== '' || text.length === 8)) return dayOf(yearFirst[1], yearFirst[3], yearFirst[4]);
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
  if (dotted) return dayOf(dotted[3], dotted[2], dotted[1]);
  const slashed = /^(\d{1,2})([-/])(\d{1,2})\2(\d{4})$/.exec(text);
  if (slashed) return readTwoWays(slashed[4] ?? '', slashed[1] ?? '', slashed[3] ?? '');
  const named = /^(\d{1,2})[ -]([A-Za-z]{3,9})\.?[ -](\d{4})$/.exec(text);
  if (named) return dayOf(named[3], monthNumber(named[2]), named[1]);
  const american = /^([A-Za-z]{3,9})\.? (\d{1,2}), ?(\d{4})$/.exec(text);
  if (american) return dayOf(american[3], monthNumber(american[1]), american[2]);
  return refuse('dayForm');
}

function readTwoWays(year: string, one: string, other: string): Reading<string> {
  const [dayFirst, monthFirst] = [dayOf(year, other, one), dayOf(year, one, other)];
  if (!dayFirst.ok) return monthFirst;
  if (!monthFirst.ok || monthFirst.value === dayFirst.value) return dayFirst;
  const ways = [dayFirst.value, monthFirst.value];
  return refuse('dayTwoWays', { one: dayFirst.value, other: monthFirst.value }, ways);
}

function monthNumber(name = ''): string | undefined {
  const at = Math.max(MONTHS.indexOf(name.toLowerCase()), LONG_MONTHS.indexOf(name.toLowerCase()));
  return at < 0 ? undefined : String(at + 1);
}

function dayOf(year = '', month: string | undefined, day = ''): Reading<string> {
  if (month === undefined) return refuse('dayForm');
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const at = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== text) return refuse('noSuchDay');
  return Number(year) < FIRST_YEAR || Number(year) > LAST_YEAR ? refuse('noSuchDay') : accept(text);
}

/** The day after so many days; the day is one of `readDay`. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
