/** A time as a clock on the wall shows it: `2026-03-29T10:00`. */
const LOCAL = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})$/;
const HOUR_MS = 3_600_000;

/** What a clock's time in a zone means: one instant; two, when clocks are put back; none, when they are put forward over it. */
export type LocalReading =
  | { readonly kind: 'one'; readonly at: Date }
  | { readonly kind: 'twice'; readonly first: Date; readonly second: Date }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'malformed' };

/** Whether it is a zone of the IANA database, by its name. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{1,59}$/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Reads a clock's time in a zone. A clock that is put forward skips times; one that is put back shows them twice. */
export function readLocal(text: string, zone: string): LocalReading {
  const parts = LOCAL.exec(text)?.slice(1).map(Number);
  if (!parts) return { kind: 'malformed' };
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = parts;
  const wall = Date.UTC(year, month - 1, day, hour, minute);
  if (Number.isNaN(wall) || year < 1990 || year > 2200 || new Date(wall).toISOString().slice(0, 16) !== text)
    return { kind: 'malformed' };
  // Offsets around the moment: whichever brings the clock's time back is one of its readings.
  const candidates = [-26, -1, 0, 1, 26].map((hours) => wall - offsetMs(new Date(wall + hours * HOUR_MS), zone));
  const found = [...new Set(candidates)].filter((at) => writeLocal(new Date(at), zone) === text).toSorted((a, b) => a - b);
  const [first, second] = found;
  if (first === undefined) return { kind: 'skipped' };
  return second === undefined
    ? { kind: 'one', at: new Date(first) }
    : { kind: 'twice', first: new Date(first), second: new Date(second) };
}

/** What a clock in a zone shows at an instant. */
export function writeLocal(at: Date, zone: string): string {
  return new Date(at.getTime() + offsetMs(at, zone)).toISOString().slice(0, 16);
}

/** `UTC+01:00`: tells two readings of one clock's time apart. */
export function writeOffset(at: Date, zone: string): string {
  const minutes = Math.round(offsetMs(at, zone) / 60_000);
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? '−' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
}

function offsetMs(at: Date, zone: string): number {
  const format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const wall = Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'], part['hour'], part['minute'], part['second']);
  return wall - Math.floor(at.getTime() / 1000) * 1000;
}
