import { accept, refuse } from './fault.rules.ts';
import type { Reading } from './value.rules.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const formats = new Map<string, Intl.DateTimeFormat | null>();

/**
 * The instant at which a clock of a zone shows `2026-03-29T14:05:00`. The zone is UTC, Z, GMT, a difference (`+08:00`, `+0800`, `+8`,
 * `UTC+8`) or a name of the IANA database. A time that clocks there skip or show twice is refused.
 */
export function readInZone(wall: string, zone: string): Reading<string> {
  const wallMs = Date.parse(`${wall}Z`);
  if (/^(?:z|utc|gmt)$/i.test(zone)) return accept(writeInstant(wallMs));
  const offset = /^(?:utc|gmt)?([+−-])(\d{1,2})(?::?(\d{2}))?$/i.exec(zone);
  if (offset) {
    const [hours, minutes] = [Number(offset[2]), Number(offset[3] ?? 0)];
    if (hours * 60 + minutes > 14 * 60 || minutes > 59) return refuse('zoneUnknown');
    return accept(writeInstant(wallMs - (offset[1] === '+' ? 1 : -1) * (hours * HOUR_MS + minutes * MINUTE_MS)));
  }
  const format = formatOf(zone);
  return format ? readByClock(wallMs, format) : refuse('zoneUnknown');
}

function readByClock(wallMs: number, format: Intl.DateTimeFormat): Reading<string> {
  // Differences around the time: whichever brings the clock's time back is one of its readings.
  const candidates = [-26, -1, 0, 1, 26].map((hours) => wallMs - differenceMs(wallMs + hours * HOUR_MS, format));
  const found = [...new Set(candidates)].filter((at) => at + differenceMs(at, format) === wallMs).toSorted((a, b) => a - b);
  const [first, second] = found;
  if (first === undefined) return refuse('noSuchTime');
  if (second === undefined) return accept(writeInstant(first));
  const ways = [writeInstant(first), writeInstant(second)];
  return refuse('timeTwice', { one: writeInstant(first), other: writeInstant(second) }, ways);
}

/** Names of zones have a slash: abbreviations such as CST or IST mean several zones. */
function formatOf(zone: string): Intl.DateTimeFormat | null {
  if (!/^[A-Za-z][A-Za-z0-9_+-]{1,30}(?:\/[A-Za-z0-9_+-]{1,30}){1,2}$/.test(zone)) return null;
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = makeFormat(zone);
  // The database has about 600 names: what does not exist is not remembered.
  if (format) formats.set(zone, format);
  return format;
}

function makeFormat(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return null;
  }
}

function differenceMs(at: number, format: Intl.DateTimeFormat): number {
  const part = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const of = (name: Intl.DateTimeFormatPartTypes) => part.get(name) ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - Math.floor(at / 1000) * 1000;
}

/** `2026-03-29T14:05:00Z`. */
export function writeInstant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
