import type { Module } from '#declaration/module.rules.ts';
import { formatNames } from '#list/query.rules.ts';
import { CSV } from './csv.rules.ts';
import type { Format } from './export.rules.ts';
import { GEOJSON, JSON_LINES } from './json.rules.ts';
import { XLSX } from './xlsx.rules.ts';

/** The formats in which a module's records can be taken along. */
export function formatsOf(module: Pick<Module, 'bulk' | 'map'>): readonly Format[] {
  const names = formatNames(module);
  return [CSV, XLSX, JSON_LINES, GEOJSON].filter(({ name }) => names.includes(name));
}
