import type { Module } from '#declaration/module.rules.ts';
import { BASE_TABLES, foldFunction, GRANTS } from './base.rules.ts';
import { writeCanary } from './canary.rules.ts';
import { writeTable } from './table.rules.ts';

/** The whole schema that the modules ask for, for an empty database. */
export function writeSchema(modules: readonly Module[]): string {
  const tables = new Map(modules.map(({ name, table }) => [name, table]));
  const written = modules.map((module) => writeTable(module, tables));
  return [
    foldFunction(),
    BASE_TABLES,
    ...written.map(({ create }) => create),
    ...written.flatMap(({ indexes }) => indexes),
    ...written.flatMap(({ references }) => references),
    ...modules.map(writeCanary),
    GRANTS,
    '',
  ].join('\n');
}
