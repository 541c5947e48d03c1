import type { Field } from '#declaration/field.rules.ts';
import type { Module } from '#declaration/module.rules.ts';
import { seesEverywhere } from '#sight/sight.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { columnName } from '#value/value.rules.ts';

/**
 * A record's line of CSV, made by the database: the bytes that the kinds write one by one, at the speed at which rows are read. Null
 * where it cannot be: what is seen of some records only is for `sight` to say, record by record.
 */
export function csvLine(module: Module, viewer: Viewer, columns: readonly string[]): string | null {
  if (module.release !== undefined) return null;
  const fields = columns.map((name) => module.fields[name]);
  if (fields.some((field) => field === undefined || !seesEverywhere(field, viewer))) return null;
  const cells = [
    'reference',
    'state',
    'revision::text',
    changedAt(),
    'is_sample::text',
    ...columns.map((name, at) => `coalesce((${cellOf(name, fields[at])})::text, '')`),
  ];
  // `||` takes half the time of `concat`, and so do pieces of a timestamp's text beside `to_char`.
  return `${cells.join(` || ',' || `)} || E'\\r\\n'`;
}

const UTC = (column: string) => `(${column} at time zone 'UTC')::text`;

/** To the millisecond, as JavaScript writes it; PostgreSQL leaves zeros at the end of seconds out. */
function changedAt(): string {
  const text = UTC('changed_at');
  return `overlay(left(rpad(${text} || case length(${text}) when 19 then '.' else '' end, 23, '0'), 23) placing 'T' from 11 for 1) || 'Z'`;
}

/** Written as the kind writes it; null where it is empty. */
function cellOf(name: string, field: Field | undefined): string {
  const column = (suffix: string) => columnName(name, suffix);
  switch (field?.kind) {
    case 'text':
    case 'lines':
    case 'link':
    case 'area':
      return `case when ${name} ~ '[",\\r\\n=+@\\t-]' then ${quoted(name)} else ${name} end`;
    case 'yes-no':
      return `case ${name} when true then 'yes' when false then 'no' end`;
    case 'amount':
      return `trim_scale(${name})`;
    case 'moment':
      return `overlay(left(${UTC(name)}, 19) placing 'T' from 11 for 1) || 'Z'`;
    case 'states':
    case 'choices':
      return `array_to_string(${name}, ';')`;
    case 'period':
      return `${column('from')} || '/' || coalesce(${column('to')}::text, '..')`;
    case 'position':
      return positionCell(column('lat'), column('lon'));
    case 'file':
      return 'null';
    default:
      return name;
  }
}

/** It has a comma in it, and to a spreadsheet a minus begins a formula. */
function positionCell(lat: string, lon: string): string {
  const degrees = (column: string) => `trim_scale(${column}::numeric)`;
  return `'"' || case when ${lat} < 0 then '''' else '' end || ${degrees(lat)} || ', ' || ${degrees(lon)} || '"'`;
}

/** A text that a spreadsheet would take for a formula begins with an apostrophe; quotes stand twice (RFC 4180). */
function quoted(name: string): string {
  const safe = `case when ${name} ~ '^[=+@\\t\\r-]' and ${name} !~ '^[+-]?[0-9]+([.][0-9]+)?$' then '''' || ${name} else ${name} end`;
  return `case when ${name} ~ '[",\\r\\n]' then '"' || replace(${safe}, '"', '""') || '"' else ${safe} end`;
}
