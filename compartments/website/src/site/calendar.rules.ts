import type { Language } from '@bulkhead/contracts';
import { changedAt, type Host, type PublicArticle, paths, shownText } from './site.rules.ts';

const LINE_OCTETS = 73;

/**
 * Events as a calendar (RFC 5545). Instants are written in UTC: every calendar shows them in its own zone, whatever a zone's
 * rules become.
 */
export function calendarOf(host: Host, language: Language, title: string, events: readonly PublicArticle[]): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `PRODID:-//${escapeValue(host.organisation)}//Bulkhead//EN`,
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${escapeValue(title)}`,
    ...events.flatMap((event) => eventLines(host, language, event)),
    'END:VCALENDAR',
  ];
  return lines.flatMap(foldLine).join('');
}

function eventLines(host: Host, language: Language, article: PublicArticle): string[] {
  const { event } = article.content.details;
  if (!event) return [];
  const { text } = shownText(article.content, language);
  const url = `${host.publicOrigin}${paths.article(language, article)}`;
  return [
    'BEGIN:VEVENT',
    `UID:event-${article.id}@${new URL(host.publicOrigin).hostname}`,
    `DTSTAMP:${writeInstant(changedAt(article))}`,
    `SEQUENCE:${article.updates.length}`,
    `DTSTART:${writeInstant(new Date(event.startsAt))}`,
    `DTEND:${writeInstant(new Date(event.endsAt))}`,
    `SUMMARY:${escapeValue(text.title)}`,
    ...(text.summary === '' ? [] : [`DESCRIPTION:${escapeValue(text.summary)}`]),
    ...(text.place === '' ? [] : [`LOCATION:${escapeValue(text.place)}`]),
    `URL:${url}`,
    'END:VEVENT',
  ];
}

function writeInstant(at: Date): string {
  return `${at.toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}Z`;
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
