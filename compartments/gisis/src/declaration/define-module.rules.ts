import { COMMON_TERMS } from './common.words.ts';
import { citeLaw } from './law.rules.ts';
import type { Declaration, Module, Source } from './module.rules.ts';
import { sayBy, type Terms } from './terms.rules.ts';

/** Makes a module of a declaration and the words that it alone has; words that many modules have stand in `common.words.ts`. */
export function defineModule(declaration: Declaration, terms: Terms): Module {
  const cited = new Set(sourcesOf(declaration).flatMap(({ instrument, clause = instrument }) => [instrument, clause]));
  const say = sayBy(terms, COMMON_TERMS);
  return { ...declaration, say: (english, language) => (cited.has(english) ? citeLaw : say)(english, language) };
}

/** Every source of law that a declaration names. */
export function sourcesOf({ law, duties = [], yearlyReports = [] }: Declaration): readonly Source[] {
  return [...law, ...[...duties, ...yearlyReports].flatMap(({ source }) => source ?? [])];
}

/** Every English text of a declaration that people read. */
export function textsOf(declaration: Declaration): readonly string[] {
  const { fields, workflow } = declaration;
  const ofFields = Object.values(fields).flatMap((field) => [
    field.title,
    field.help,
    'unit' in field ? field.unit : undefined,
    ...('of' in field ? Object.values(field.of) : []),
  ]);
  const texts = [
    declaration.title,
    declaration.about,
    declaration.record.one,
    declaration.record.many,
    ...ofFields,
    ...declaration.groups.map((group) => group.title),
    ...Object.values(workflow?.states ?? {}),
    ...Object.values(workflow?.acts ?? {}).map((act) => act.title),
    ...(declaration.charts ?? []).map((chart) => chart.title),
    ...[...(declaration.duties ?? []), ...(declaration.yearlyReports ?? [])].map(({ title }) => title),
    ...(declaration.pages ?? []).flatMap(({ title, about }) => [title, about]),
  ];
  return [...new Set(texts.filter((text) => text !== undefined))];
}
