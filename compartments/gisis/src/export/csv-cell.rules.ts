import type { Field } from '#declaration/field.rules.ts';
import type { Module } from '#declaration/module.rules.ts';
import { seesEverywhere } from '#sight/sight.rules.ts';
import { isOfficer, isOfOrganization, type Viewer } from '#sight/viewer.rules.ts';
import { recordPath } from '#site/site.rules.ts';
import { quoteSql } from '#value/single-column.rules.ts';
import { columnName } from '#value/value.rules.ts';
import type { Column } from './export.rules.ts';

type Looking = { readonly module: Module; readonly viewer: Viewer; readonly origin: string };

/** Which of the cells tells when the record changed: an instant, which whoever copies it writes as JavaScript does. */
export const CHANGED_AT = 3;

/**
 * The cells of a record's line of CSV, as expressions for a `COPY … (FORMAT csv)`: the database writes the bytes that the kinds write
 * one by one, at the speed at which rows are read, and leaves out of each record what `sight` keeps from this viewer.
 */
export function csvCells(looking: Looking, columns: readonly Column[]): readonly string[] {
  const { module } = looking;
  return [
    module.reference !== undefined && 'prefix' in module.reference ? 'reference' : guarded('reference'),
    'state',
    'revision',
    'changed_at',
    `case when is_sample then 'true' else 'false' end`,
    ...columns.map((column) => seenCell(looking, column)),
  ];
}

function seenCell(looking: Looking, column: Column): string {
  const { module, viewer } = looking;
  const field = module.fields[column.field];
  if (field === undefined) return 'null';
  const cell = cellOf(looking, column, field);
  if (seesEverywhere(field, viewer)) return cell;
  const seen = seenWhere(module, column.field, field, viewer);
  return seen.length === 0 ? 'null' : `case when ${seen.join(' or ')} then ${cell} end`;
}

/** In which records somebody sees a field that they do not see in all: what `seesField` says, as conditions of which one must hold. */
function seenWhere(module: Module, name: string, { seenBy }: Field, viewer: Viewer): readonly string[] {
  const { owner, organizations, release } = module;
  const { state, delegation } = viewer;
  const isOwn = owner === 'secretariat' || state === null ? [] : [`${owner.stateIn} = ${quoteSql(state)}`];
  const isFiled =
    organizations === undefined || delegation === null || !isOfOrganization(viewer)
      ? []
      : [`${organizations.filedBy} = ${quoteSql(delegation)}`];
  const opening = Object.entries(release?.opens ?? {}).flatMap(([part, fields]) => (fields.includes(name) ? [part] : []));
  const to = state === null ? `= 'public'` : `in ('public', 'members')`;
  return [
    ...(seenBy === 'own-state' || (seenBy === 'own-officers' && isOfficer(viewer)) ? isOwn : []),
    ...(seenBy === 'own-state' || seenBy === 'members' ? isFiled : []),
    ...(release === undefined || opening.length === 0
      ? []
      : [`(${release.choose} && array[${opening.map(quoteSql).join(', ')}] and ${release.to} ${to})`]),
  ];
}

/** Written as the kind writes it; null where it is empty. */
function cellOf({ module, origin }: Looking, { field: name, part }: Column, field: Field): string {
  const column = (suffix: string) => columnName(name, suffix);
  switch (field.kind) {
    case 'text':
    case 'lines':
    case 'link':
    case 'area':
    case 'reference':
      return guarded(name);
    case 'yes-no':
      return `case ${name} when true then 'yes' when false then 'no' end`;
    case 'amount':
      return `trim_scale(${name})`;
    case 'moment':
      return `overlay(left((${name} at time zone 'UTC')::text, 19) placing 'T' from 11 for 1) || 'Z'`;
    case 'states':
    case 'choices':
      return `array_to_string(${name}, ';')`;
    case 'period':
      return `${column('from')} || '/' || coalesce(${column('to')}::text, '..')`;
    case 'position':
      return positionCell(column('lat'), column('lon'));
    case 'file':
      return fileCell(column, part, `${origin}${recordPath(module, '')}`, name);
    default:
      return name;
  }
}

/** To a spreadsheet a minus begins a formula. */
function positionCell(lat: string, lon: string): string {
  const degrees = (column: string) => `trim_scale(${column}::numeric)`;
  return `case when ${lat} < 0 then '''' else '' end || ${degrees(lat)} || ', ' || ${degrees(lon)}`;
}

/** References of modules with files are letters, digits and hyphens: they stand in an address as they are. */
function fileCell(column: (suffix: string) => string, part: Column['part'], under: string, name: string): string {
  if (part === 'sha256') return column('sha256');
  if (part === 'link')
    return `case when ${column('sha256')} is not null then ${quoteSql(under)} || reference || ${quoteSql(`/files/${name}`)} end`;
  return guarded(column('name'));
}

/**
 * A text that a spreadsheet would take for a formula begins with an apostrophe; a plain number is none. Most texts begin with a letter
 * or a digit, which two comparisons of bytes tell.
 */
function guarded(name: string): string {
  const bytes = `${name} collate "C"`;
  const isPlain = `${bytes} >= 'A' or (${bytes} >= '0' and ${bytes} < '=')`;
  const isFormula = `${name} ~ '^[=+@\\t\\r-]' and ${name} !~ '^[+-]?[0-9]+([.][0-9]+)?$'`;
  return `case when ${isPlain} then ${name} when ${isFormula} then '''' || ${name} else ${name} end`;
}
