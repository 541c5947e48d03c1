import type { ValueWord } from '#words/value-words.ts';

export type Axis = 'latitude' | 'longitude';
/** Degrees, signed: one reading, or two where what was typed can be read in two ways; or the sentence that refuses it. */
export type CoordinateReading =
  | { readonly ok: true; readonly degrees: readonly [number] | readonly [number, number] }
  | { readonly ok: false; readonly word: ValueWord };

const MOST: Readonly<Record<Axis, number>> = { latitude: 90, longitude: 180 };
/** Digits that whole degrees are written with in what has no separators: 49, 123. */
const WIDTH: Readonly<Record<Axis, 2 | 3>> = { latitude: 2, longitude: 3 };

/**
 * Degrees of one coordinate without its hemisphere: `49.287`, `49 17.22`, `49°17′13.2″`, `49-17.22`, `49:17:13`, and without separators
 * `49`, `4917`, `4917.22`, `491722` (hundredths of minutes, as the Organization's lists have it) and `491713.2` (seconds).
 */
export function readCoordinate(text: string, axis: Axis): CoordinateReading {
  const dotted = /^(\d{1,3})\.(\d{1,2})\.(\d{1,4})$/.exec(text);
  if (dotted) return inTwoWays(dotted.slice(1), axis);
  const parts =
    /^(\d{1,8}(?:[.,]\d{1,12})?)(?:[°:\s-]+(\d{1,2}(?:[.,]\d{1,12})?))?(?:['′:\s-]+(\d{1,2}(?:[.,]\d{1,12})?))?[°'"\s]*$/.exec(
      text.trim(),
    );
  if (!parts) return refused('positionForm');
  const [degrees = '', minutes, seconds] = parts.slice(1).map((part) => part?.replace(',', '.'));
  if (minutes === undefined && seconds === undefined) return readRun(degrees, axis);
  // Only the last part may have decimals: "49.5 17" says two things.
  if (degrees.includes('.') || (seconds !== undefined && minutes?.includes('.'))) return refused('positionForm');
  return together(degrees, minutes ?? '0', seconds ?? '0', axis);
}

/** `49.17.22`: minutes with decimals to some, minutes and seconds to others. */
function inTwoWays([degrees = '', minutes = '', last = '']: readonly string[], axis: Axis): CoordinateReading {
  const decimals = together(degrees, `${minutes}.${last}`, '0', axis);
  const sexagesimal = last.length > 2 ? refused('positionForm') : together(degrees, minutes, last, axis);
  if (!decimals.ok || !sexagesimal.ok) return decimals;
  const [one, other] = [decimals.degrees[0], sexagesimal.degrees[0]];
  return one === other ? decimals : { ok: true, degrees: [one, other] };
}

/** Digits without separators, and perhaps decimals. */
function readRun(run: string, axis: Axis): CoordinateReading {
  const [digits = '', decimals] = run.split('.');
  const width = WIDTH[axis];
  const fraction = decimals === undefined ? '' : `.${decimals}`;
  if (digits.length <= width) return together(run, '0', '0', axis);
  const [degrees, minutes, rest] = [digits.slice(0, width), digits.slice(width, width + 2), digits.slice(width + 2)];
  if (digits.length === width + 2) return together(degrees, `${minutes}${fraction}`, '0', axis);
  if (digits.length === width + 4)
    return fraction === ''
      ? together(degrees, `${minutes}.${rest}`, '0', axis)
      : together(degrees, minutes, `${rest}${fraction}`, axis);
  return refused('positionForm');
}

function together(degrees: string, minutes: string, seconds: string, axis: Axis): CoordinateReading {
  if (Number(minutes) >= 60 || Number(seconds) >= 60) return refused('positionMinutes');
  const value = Number(degrees) + Number(minutes) / 60 + Number(seconds) / 3600;
  return value > MOST[axis] ? refused('positionRange') : { ok: true, degrees: [value] };
}

function refused(word: ValueWord): CoordinateReading {
  return { ok: false, word };
}
