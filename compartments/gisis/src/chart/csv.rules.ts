import { stringify } from 'csv-stringify/sync';
import type { Module } from '#declaration/module.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import type { Drawn, Tallied } from './chart.rules.ts';

const HEAD = ['chart', 'by', 'by_name', 'split', 'split_name', 'count'];

/** The numbers of charts, a line each; codes as in the records, names in English. */
export function writeNumbers(module: Module, charts: readonly Drawn[], counted: readonly Tallied[]): string {
  const lines = charts.flatMap((chart, at) =>
    (counted[at]?.tallies ?? [])
      .toSorted((left, right) => compare(left.key, right.key) || compare(left.part, right.part))
      .map(({ key, part, count }) => [
        chart.title,
        key ?? '',
        nameOf(module, chart.along === 'field' ? chart.by : null, key),
        part ?? '',
        nameOf(module, chart.split, part),
        count,
      ]),
  );
  return stringify([HEAD, ...lines], { record_delimiter: '\r\n', escape_formulas: true });
}

function nameOf(module: Module, field: string | null, code: string | null): string {
  if (code === null) return '';
  return field === null ? code : (meaningsOf(module)[field]?.facet?.show(code, 'en') ?? code);
}

function compare(left: string | null, right: string | null): number {
  return left === right ? 0 : left === null ? 1 : right === null ? -1 : left < right ? -1 : 1;
}
