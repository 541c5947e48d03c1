import type { Language } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { type Entry, MOVING_LIMITS, oldPath, type Passed, type Source } from './source.rules.ts';
import { readLanguage } from './wordpress.rules.ts';

/** A line of a calendar: `DTSTART;TZID=Europe/London:20260302T100000`. */
type Property = { readonly name: string; readonly parameters: Readonly<Record<string, string>>; readonly value: string };
const LINE = /^([A-Za-z0-9-]{1,60})((?:;[A-Za-z0-9-]{1,60}=(?:"[^"]{0,500}"|[^":;]{0,500}))*):(.*)$/s;

/** Reads the events of a calendar file (RFC 5545). What is repeated by a rule is told, not guessed. */
export function readCalendar(
  text: string,
  told: { readonly language: Language; readonly origin: string; readonly name: string },
): Source {
  const lines = text
    .replace(/^\ufeff/, '')
    .replaceAll(/\r?\n[ \t]/g, '')
    .split(/\r?\n/);
  if (!/^BEGIN:VCALENDAR\s*$/i.test(lines[0] ?? ''))
    throw new EstateError('input.invalid', `${told.name}, line 1: this is no calendar: it does not begin with BEGIN:VCALENDAR`);
  const entries: Entry[] = [];
  const passed: Passed[] = [];
  let zone = '';
  let open: Property[] | null = null;
  let inner = 0;
  for (const line of lines) {
    const property = readProperty(line);
    if (!property) continue;
    const { name, value } = property;
    if (name === 'X-WR-TIMEZONE' && !open) zone = value.trim();
    else if (name === 'BEGIN' && /^VEVENT$/i.test(value)) open = [];
    else if (name === 'BEGIN' && open) inner += 1;
    else if (name === 'END' && /^VEVENT$/i.test(value) && open) {
      const read = readEvent(open, { ...told, zone, at: entries.length + passed.length + 1 });
      if ('why' in read) passed.push(read);
      else entries.push(read);
      open = null;
      inner = 0;
    } else if (name === 'END' && open && inner > 0) inner -= 1;
    else if (open && inner === 0) open.push(property);
    if (entries.length + passed.length > MOVING_LIMITS.entries)
      throw new EstateError('input.too_large', `reading ${told.name}: it has over ${MOVING_LIMITS.entries} events: split it`);
  }
  if (open) throw new EstateError('input.invalid', `${told.name}: its last event is not closed: the file is cut off`);
  return { origin: told.origin, entries, redirects: [], passed };
}

type Around = {
  readonly language: Language;
  readonly origin: string;
  readonly name: string;
  readonly zone: string;
  readonly at: number;
};

function readEvent(properties: readonly Property[], { language, origin, name, zone, at }: Around): Entry | Passed {
  const find = (wanted: string) => properties.find((property) => property.name === wanted);
  const words = (wanted: string) => unescape(find(wanted)?.value ?? '');
  const summary = find('SUMMARY');
  const title = words('SUMMARY').trim();
  const where = `${name}, event ${at} ("${title.slice(0, 60)}")`;
  if (find('RRULE') || find('RDATE')) return { where, why: 'is repeated by a rule: write each time as an event of its own' };
  if (/^CANCELLED$/i.test(find('STATUS')?.value ?? '')) return { where, why: 'was cancelled there' };
  if (/^(?:PRIVATE|CONFIDENTIAL)$/i.test(find('CLASS')?.value ?? '')) return { where, why: 'is not public there' };
  const starts = find('DTSTART');
  const from = readTime(starts);
  if (!starts || from === null) return { where, why: 'says no beginning' };
  const until = endOf(find('DTEND'), find('DURATION'), from);
  if (until === null) return { where, why: 'ends at no time that can be read' };
  const url = words('URL').trim();
  const path = url === '' ? null : oldPath(url, origin);
  const key = [words('UID').trim(), find('RECURRENCE-ID')?.value ?? ''].filter((part) => part !== '').join(' ');
  return {
    where,
    group: `event ${key || `${title} ${starts.value}`}`.slice(0, 1000),
    type: 'event',
    language: readLanguage(summary?.parameters['LANGUAGE'] ?? '') ?? language,
    title,
    summary: '',
    html: escapeMarkup(words('DESCRIPTION')),
    isLoose: true,
    paths: path === null ? [] : [path],
    firstPublished: null,
    event: {
      starts: from,
      ends: until,
      zone: from.endsWith('Z') ? zone || 'UTC' : (starts.parameters['TZID'] ?? zone),
      place: words('LOCATION').replaceAll(/\s+/g, ' ').trim(),
      online: path === null ? url : '',
    },
  };
}

function readProperty(line: string): Property | null {
  const [, name, given = '', value = ''] = LINE.exec(line) ?? [];
  if (name === undefined) return null;
  const parameters = [...given.matchAll(/;([A-Za-z0-9-]+)=(?:"([^"]*)"|([^;]*))/g)].map(([, key = '', quoted, bare]) => [
    key.toUpperCase(),
    quoted ?? bare ?? '',
  ]);
  return { name: name.toUpperCase(), parameters: Object.fromEntries(parameters), value };
}

/** `20260302T100000` as `2026-03-02T10:00:00`; a day alone stays one. */
function readTime(property: Property | undefined): string | null {
  const [, year, month, day, time, zulu = ''] =
    /^(\d{4})(\d{2})(\d{2})(?:T(\d{6})(Z?))?$/.exec(property?.value.trim() ?? '') ?? [];
  if (year === undefined) return null;
  const clock = time === undefined ? '' : `T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}${zulu}`;
  return `${year}-${month}-${day}${clock}`;
}

/** When it ends; of whole days the last minute, since a calendar names the day after. */
function endOf(end: Property | undefined, duration: Property | undefined, from: string): string | null {
  const isDay = !from.includes('T');
  if (end) {
    const until = readTime(end);
    return until !== null && isDay ? lastMinuteBefore(until) : until;
  }
  if (!duration) return isDay ? `${from}T23:59:00` : from;
  const [, weeks = '0', days = '0', hours = '0', minutes = '0', seconds = '0'] =
    /^\+?P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?$/.exec(duration.value.trim()) ?? [];
  if (/\d/.test(duration.value) === false) return null;
  const ms = (((Number(weeks) * 7 + Number(days)) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000;
  if (isDay) return lastMinuteBefore(new Date(Date.parse(`${from}T00:00:00Z`) + ms).toISOString().slice(0, 10));
  const at = new Date(Date.parse(`${from.replace(/Z$/, '')}Z`) + ms);
  if (Number.isNaN(at.getTime())) return null;
  return `${at.toISOString().slice(0, 19)}${from.endsWith('Z') ? 'Z' : ''}`;
}

function lastMinuteBefore(day: string): string | null {
  const at = Date.parse(`${day.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(at) ? null : `${new Date(at - 60_000).toISOString().slice(0, 16)}:00`;
}

function unescape(text: string): string {
  return text.replaceAll(/\\([\\;,nN])/g, (_, sign: string) => (/n/i.test(sign) ? '\n' : sign));
}

// A description is words, whatever looks like markup in it.
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
