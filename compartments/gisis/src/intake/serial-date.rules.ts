const DAY_MS = 86_400_000;
/** 1899-12-30: from 1900-03-01 on, days count from here; before it spreadsheets have a 29 February 1900 that never was. */
const EPOCH_MS = Date.UTC(1899, 11, 30);
const EPOCH_1904_DAYS = 1462;
const FIRST_OF_MARCH_1900 = 61;
const LAST_SERIAL = 2_958_465;

/**
 * The day, or the day and time, that a workbook keeps as a number; a time alone where it is below 1. Null for what is no date.
 * A workbook knows no zone, so none is told: a field that needs one will ask for it.
 */
export function readSerial(serial: number, is1904: boolean): string | null {
  if (!Number.isFinite(serial) || serial < 0 || serial > LAST_SERIAL) return null;
  const days = is1904 ? serial + EPOCH_1904_DAYS : serial;
  if (days < 1) return new Date(Math.round(days * 86_400) * 1000).toISOString().slice(11, 19);
  const shifted = days < FIRST_OF_MARCH_1900 ? days + 1 : days;
  const at = new Date(EPOCH_MS + Math.round(shifted * 86_400) * 1000);
  const text = at.toISOString();
  return at.getTime() % DAY_MS === 0 ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ');
}

/** Built-in formats of numbers that show a date or a time (ECMA-376, 18.8.30). */
const BUILT_IN = new Set([
  14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 45, 46, 47, 50, 51, 52, 53, 54, 55, 56, 57, 58,
]);

export function isDateFormat(id: number, code: string | undefined): boolean {
  if (code === undefined) return BUILT_IN.has(id);
  // Without what is quoted, in brackets (colours, places, but for elapsed time) or escaped, letters of dates are left.
  const bare = code.replaceAll(/"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]/gi, '').split(';')[0] ?? '';
  return /[ymdhs]/i.test(bare) && !/general/i.test(bare);
}

/** A number as a workbook shows it: without the dust of binary fractions. */
export function writeNumber(text: string): string {
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  return Number.isSafeInteger(value) ? String(value) : String(Number(value.toPrecision(15)));
}
