import { z } from 'zod';
import { isTimeZone, readLocal, writeLocal } from '#schedule/local-time.rules.ts';

const nameSchema = z.string().min(1).max(200);
/** In which fields a type of the old site says when and where something takes place. */
export const eventFieldsSchema = z.strictObject({
  starts: nameSchema,
  ends: nameSchema.optional(),
  zone: nameSchema.optional(),
  place: nameSchema.optional(),
  online: nameSchema.optional(),
});
export type EventFields = z.infer<typeof eventFieldsSchema>;
export type EventTypes = ReadonlyMap<string, EventFields>;

/** What an old site says of an event, as it says it. */
export type EventFacts = {
  readonly starts: string;
  readonly ends: string;
  /** Empty: that of the command. */
  readonly zone: string;
  readonly place: string;
  readonly online: string;
};

/** Reads what a type's fields say; what has none of them has no beginning, and is told as that. */
export function readFacts(fields: EventFields, read: (name: string) => string): EventFacts {
  const of = (name: string | undefined) => (name === undefined ? '' : read(name).trim());
  return {
    starts: of(fields.starts),
    ends: of(fields.ends),
    zone: of(fields.zone),
    place: of(fields.place),
    online: of(fields.online),
  };
}

/** The newsroom's fields for an event, or why there are none. */
export function eventFields(facts: EventFacts, zone: string): Readonly<Record<string, string>> | { readonly why: string } {
  const said = offsetZone(facts.zone) ?? (facts.zone || zone);
  if (!isTimeZone(said)) return { why: `is in a time zone that is not known (${said.slice(0, 60)})` };
  const starts = readWhen(facts.starts, said);
  if (!starts) return { why: facts.starts === '' ? 'says no beginning' : `begins at no time (${facts.starts.slice(0, 60)})` };
  const ends = facts.ends === '' ? starts : readWhen(facts.ends, said);
  if (!ends) return { why: `ends at no time (${facts.ends.slice(0, 60)})` };
  return {
    starts: starts.local,
    'starts-which': starts.which,
    ends: ends.local,
    'ends-which': ends.which,
    'event-zone': said,
    online: /^https?:\/\//i.test(facts.online) ? facts.online : '',
  };
}

type When = { readonly local: string; readonly which: '' | 'first' | 'second' };

/** A clock's time as it stands, an hour that clocks skip too: the form refuses that. An instant as a clock of the zone shows it. */
function readWhen(text: string, zone: string): When | null {
  const [, date = '', time = '00:00', offset = ''] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d{1,9})?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/.exec(text) ?? [];
  if (date !== '' && offset === '') return { local: `${date}T${time}`, which: '' };
  const at = /^\d{9,10}$/.test(text)
    ? Number(text) * 1000
    : Date.parse(`${date}T${time}${offset.replace(/^(...)(\d\d)$/, '$1:$2')}`);
  if (Number.isNaN(at)) return null;
  const local = writeLocal(new Date(at), zone);
  const reading = readLocal(local, zone);
  return { local, which: reading.kind !== 'twice' ? '' : reading.first.getTime() === at ? 'first' : 'second' };
}

// What plugins write where there is no zone's name: `UTC+2`. IANA counts the other way, in whole hours only.
function offsetZone(zone: string): string | null {
  const [, sign, hours = '', minutes = '0'] = /^(?:UTC|GMT)([+-])(\d{1,2})(?::?([0-5]\d))?$/.exec(zone) ?? [];
  if (sign === undefined || Number(hours) > 12 || Number(minutes) !== 0) return null;
  return Number(hours) === 0 ? 'UTC' : `Etc/GMT${sign === '+' ? '-' : '+'}${Number(hours)}`;
}
