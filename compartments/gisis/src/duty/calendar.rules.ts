import { addDays, type Owed } from './duty.rules.ts';

const LINE_OCTETS = 73;

/** What one line of a calendar says. */
export type CalendarEntry = { readonly owed: Owed; readonly summary: string; readonly url: string };

/** Duties as a calendar (RFC 5545): an event of a whole day for each, under the same identity as long as it is due on that day. */
export function calendarOf(
  entries: readonly CalendarEntry[],
  {
    title,
    host,
    organisation,
    now,
  }: { readonly title: string; readonly host: string; readonly organisation: string; readonly now: Date },
): string {
  const stamp = `${now.toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}Z`;
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `PRODID:-//${escapeValue(organisation)}//Bulkhead//EN`,
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${escapeValue(title)}`,
    ...entries.flatMap((entry) => eventLines(entry, host, stamp)),
    'END:VCALENDAR',
  ];
  return lines.flatMap(foldLine).join('');
}

function eventLines({ owed, summary, url }: CalendarEntry, host: string, stamp: string): string[] {
  const { module, duty, reference, owedBy, due } = owed;
  return [
    'BEGIN:VEVENT',
    `UID:${[module, duty, reference, owedBy, due].join('.').toLowerCase()}@${host}`,
    `DTSTAMP:${stamp}`,
    `DTSTART;VALUE=DATE:${due.replaceAll('-', '')}`,
    `DTEND;VALUE=DATE:${addDays(due, 1).replaceAll('-', '')}`,
    'TRANSP:TRANSPARENT',
    `SUMMARY:${escapeValue(summary)}`,
    `URL:${url}`,
    'END:VEVENT',
  ];
}

function escapeValue(text: string): string {
  return text.replaceAll(/[\\;,]/g, '\\$&').replaceAll(/\r?\n/g, '\\n');
}

// A line has at most 75 octets; what is longer goes on in the next after a space, and no letter is torn apart.
function foldLine(line: string): string[] {
  const folded: string[] = [];
  let part = '';
  let octets = 0;
  for (const sign of line) {
    const size = Buffer.byteLength(sign);
    if (octets + size > LINE_OCTETS) {
      folded.push(part);
      part = ' ';
      octets = 1;
    }
    part += sign;
    octets += size;
  }
  return [...folded, part].map((one) => `${one}\r\n`);
}
