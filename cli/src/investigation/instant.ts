import { EstateError } from '@bulkhead/kernel';

const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const AGO = /^(\d{1,6})([smhd])$/;

/**
 * An instant as a person types it: `2026-11-21T14:05Z`, or how long ago: `90s`, `15m`, `2h`, `1d`.
 * @throws EstateError `input.invalid`, with an example
 */
export function readInstant(option: string, text: string, now: Date): string {
  const [, count, unit] = AGO.exec(text) ?? [];
  if (count !== undefined && isUnit(unit)) return new Date(now.getTime() - Number(count) * UNITS_MS[unit]).toISOString();
  // Without a zone the machine's own would count, and two operators would mean two instants.
  const at = /(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(at)) return new Date(at).toISOString();
  throw new EstateError(
    'input.invalid',
    `reading --${option} ${text}: give an instant with its zone, or how long ago; for example --${option} 2026-11-21T14:05Z or --${option} 15m`,
  );
}

function isUnit(text: string | undefined): text is keyof typeof UNITS_MS {
  return text !== undefined && text in UNITS_MS;
}

/** An instant for a table: to the millisecond, UTC, without the year. */
export function shortInstant(iso: string): string {
  return new Date(iso).toISOString().slice(5, 23).replace('T', ' ');
}
