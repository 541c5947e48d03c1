import type { Language } from '@bulkhead/contracts';
import { formatNumber } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import { overviewWords } from '#overview/overview.words.ts';
import { type Cell, type Control, EMPTY, type Sheet, type Shown, sortedNames, text } from '#overview/sheet.rules.ts';
import { nameCountry } from '#state/country.rules.ts';
import { type Authorization, arrangeMatrix } from './matrix.rules.ts';

/** What the matrix is picked by; the day is ISO. */
export type Picked = {
  readonly state: string | null;
  readonly organization: string | null;
  readonly functionName: string | null;
  readonly on: string;
};

/**
 * States, organizations and functions, as a table: States by organizations, with the number of functions (or whether the picked one is
 * among them); of one State its functions by organizations; of one organization States by functions.
 */
export function matrixShown(module: Module, all: readonly Authorization[], picked: Picked, language: Language): Shown {
  const of = { module, language, picked, holding: holdingOf(all, picked) };
  const sheet = picked.state !== null ? byFunction(of) : picked.organization !== null ? byState(of) : byOrganization(of);
  return { controls: controlsOf(module, all, picked, language), sheet };
}

type Of = {
  readonly module: Module;
  readonly language: Language;
  readonly picked: Picked;
  readonly holding: readonly Authorization[];
};

function holdingOf(all: readonly Authorization[], { state, organization, functionName, on }: Picked): readonly Authorization[] {
  return all
    .filter(({ from, to }) => (from === null || from <= on) && (to === null || to >= on))
    .filter((one) => (state === null || one.state === state) && (organization === null || one.organization === organization))
    .map((one) => ({ ...one, functions: one.functions.filter((name) => functionName === null || name === functionName) }))
    .filter(({ functions }) => functions.length > 0);
}

function byOrganization({ module, language, picked, holding }: Of): Sheet {
  const { organizations, rows } = arrangeMatrix(holding, picked.on);
  const words = overviewWords(language);
  const cell = (state: string, organization: string, functions: readonly string[]): Cell => {
    const found = holding.find((one) => one.state === state && one.organization === organization);
    if (functions.length === 0 || !found) return EMPTY;
    const told = picked.functionName === null ? formatNumber(functions.length, language) : words.yes;
    return text(told, recordOf(module, found));
  };
  const named = rows.map(({ state, cells }) => ({
    head: text(nameCountry(state, language), `/${module.name}/matrix?state=${state}`),
    cells: cells.map((functions, at) => cell(state, organizations[at] ?? '', functions)),
  }));
  return sheetOf({ module, language, picked, holding }, organizations.map(organizationCell(module)), inOrder(named, language));
}

function byFunction(of: Of): Sheet {
  const { module, language, holding } = of;
  const organizations = sortedNames(
    holding.map(({ organization }) => organization),
    language,
  );
  const rows = functionsIn(module, holding).map((name) => ({
    head: text(functionTitle(module, name, language)),
    cells: organizations.map((organization) =>
      cellOf(
        of,
        holding.find((one) => one.organization === organization && one.functions.includes(name)),
      ),
    ),
  }));
  return sheetOf(of, organizations.map(organizationCell(module)), rows, overviewWords(language).function);
}

function byState(of: Of): Sheet {
  const { module, language, holding } = of;
  const functions = functionsIn(module, holding);
  const rows = [...new Set(holding.map(({ state }) => state))].map((state) => ({
    head: text(nameCountry(state, language), `/${module.name}/matrix?state=${state}`),
    cells: functions.map((name) =>
      cellOf(
        of,
        holding.find((one) => one.state === state && one.functions.includes(name)),
      ),
    ),
  }));
  return sheetOf(
    of,
    functions.map((name) => text(functionTitle(module, name, language))),
    inOrder(rows, language),
  );
}

function cellOf({ module, language }: Of, found: Authorization | undefined): Cell {
  return found ? text(overviewWords(language).yes, recordOf(module, found)) : EMPTY;
}

function recordOf(module: Module, { reference }: Authorization): string | undefined {
  return reference === undefined ? undefined : `/${module.name}/${encodeURIComponent(reference)}`;
}

function organizationCell(module: Module): (name: string) => Cell {
  return (name) => text(name, `/${module.name}/matrix?organization=${encodeURIComponent(name)}`);
}

function sheetOf({ module, language, holding }: Of, columns: readonly Cell[], rows: Sheet['rows'], corner?: string): Sheet {
  const heads = ['state', 'organization', 'function', 'from', 'to', 'record'];
  return {
    caption: module.say(module.pages?.[0]?.title ?? module.title, language),
    columns: [text(corner ?? overviewWords(language).state), ...columns],
    rows,
    notes: [],
    lines: [
      heads,
      ...holding.flatMap(({ state, organization, functions, from, to, reference }) =>
        functions.map((name) => [state, organization, name, from ?? '', to ?? '', reference ?? '']),
      ),
    ],
  };
}

function inOrder(rows: Sheet['rows'], language: Language): Sheet['rows'] {
  return rows.toSorted((a, b) => a.head.text.localeCompare(b.head.text, language));
}

/** The functions that occur, in the order of the declaration. */
function functionsIn(module: Module, all: readonly Authorization[]): readonly string[] {
  const found = new Set(all.flatMap(({ functions }) => functions));
  return functionNames(module).filter((name) => found.has(name));
}

export function functionNames(module: Module): readonly string[] {
  const field = module.fields['functions'];
  return field?.kind === 'choices' ? Object.keys(field.of) : [];
}

function functionTitle(module: Module, name: string, language: Language): string {
  const field = module.fields['functions'];
  return field?.kind === 'choices' ? module.say(field.of[name] ?? name, language) : name;
}

function controlsOf(module: Module, all: readonly Authorization[], picked: Picked, language: Language): readonly Control[] {
  const words = overviewWords(language);
  const everything = { value: '', text: words.all };
  const states = [...new Set(all.map(({ state }) => state))]
    .map((value) => ({ value, text: nameCountry(value, language) }))
    .toSorted((a, b) => a.text.localeCompare(b.text, language));
  const organizations = sortedNames(
    all.map(({ organization }) => organization),
    language,
  ).map((value) => ({ value, text: value }));
  const functions = functionNames(module).map((value) => ({ value, text: functionTitle(module, value, language) }));
  const pick = (name: string, label: string, value: string | null, options: Control['options']): Control => ({
    name,
    label,
    shape: 'pick',
    value: value ?? '',
    options: [everything, ...options],
  });
  return [
    pick('state', words.state, picked.state, states),
    pick('organization', words.organization, picked.organization, organizations),
    pick('function', words.function, picked.functionName, functions),
    { name: 'on', label: words.day, shape: 'day', value: picked.on, options: [] },
  ];
}
