import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES } from '@bulkhead/contracts';
import { COMMON_TERMS } from '#declaration/common.words.ts';
import { listDeclarationFaults } from '#declaration/declaration-fault.rules.ts';
import { sourcesOf, textsOf } from '#declaration/define-module.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { columnName } from '#value/value.rules.ts';
import { CHECK_TERMS } from './check.words.ts';
import { CHECKS } from './checks.ts';
import { DECISIONS } from './decisions.ts';
import { MODULES } from './modules.ts';

test('[GV7] every declaration holds together: its fields, states, duties, references and names', () => {
  assert.deepEqual(
    MODULES.flatMap((module) => listDeclarationFaults(module, MODULES)),
    [],
  );
});

test('[GV7] rules that declarations name exist, and no rule stands unnamed', () => {
  const named = new Set(MODULES.flatMap((module) => module.checks ?? []));
  assert.deepEqual([...named].toSorted(), Object.keys(CHECKS).toSorted());
  const decided = new Set(MODULES.flatMap((module) => Object.values(module.fields).flatMap(({ decidedBy }) => decidedBy ?? [])));
  assert.deepEqual([...decided], Object.keys(DECISIONS));
});

test('[GV7] lists are sorted, counted and searched by what can be, and columns have names that PostgreSQL keeps whole', () => {
  for (const module of MODULES) {
    const meanings = meaningsOf(module);
    const told = (name: string) => `${module.name}.${name}`;
    for (const name of module.list.facets) assert.notEqual(meanings[name]?.facet ?? null, null, `${told(name)} is no facet`);
    for (const name of module.list.sorts)
      assert.notEqual(meanings[name.replace(/^-/, '')]?.sort ?? null, null, `${told(name)} is no order`);
    for (const name of module.list.search) assert.notEqual(meanings[name]?.search ?? null, null, `${told(name)} is not searched`);
    for (const [name, { columns }] of Object.entries(meanings))
      for (const { suffix } of columns) assert.ok(`${module.table}_${columnName(name, suffix)}_check`.length <= 63, told(name));
  }
});

test('[GV8] no word of a declaration lacks a language', () => {
  const lacking = MODULES.flatMap((module) =>
    textsOf(module)
      .filter((text) => !isAlike(text))
      .flatMap((text) =>
        LANGUAGES.filter((language) => language !== 'en' && !isTranslated(module.say(text, language), text, language)).map(
          (language) => `${module.name} ${language}: ${text}`,
        ),
      ),
  );
  assert.deepEqual(lacking.slice(0, 20), []);
});

/** Symbols, units, names of instruments and codes that are the same in every language. */
const SAME = new Set([
  'MMSI',
  'NAVTEX',
  'Cospas-Sarsat',
  'ECDIS',
  'UN/EDIFACT',
  'SOLAS',
  'MARPOL',
  'STCW',
  'COLREG',
  'Halon 1211',
  'Halon 1301',
  'Halon 2402',
  'Log Kow',
]);
function isAlike(text: string): boolean {
  return SAME.has(text) || text.length <= 3 || !/[a-z]{2}/.test(text) || /^(?:kWh?|g\/|mg\/|µg\/|Bft)/.test(text);
}

/** Latin languages may share a word with English; the others are written in their own letters. */
function isTranslated(said: string, english: string, language: string): boolean {
  if (said.trim() === '') return false;
  if (language === 'fr' || language === 'es') return said !== english || isSharedWord(english, language);
  return said !== english;
}

/** Words that are the same in French or Spanish stand in a table with their other languages: they are translated, not forgotten. */
function isSharedWord(english: string, language: 'fr' | 'es'): boolean {
  return MODULES.some((module) => module.say(english, 'ru') !== english && module.say(english, language) === english);
}

test('[GV8] words keep the holes of their sentence', () => {
  const holes = (text: string) => [...text.matchAll(/\{[a-z]+\}/gi)].map(String).toSorted().join();
  for (const [english, others] of [...Object.entries(CHECK_TERMS), ...Object.entries(COMMON_TERMS)])
    for (const other of others) assert.equal(holes(other), holes(english), english);
});

test('[GV8] the law of a module is cited in every language, symbols as they are', () => {
  const [casualty] = MODULES.filter(({ name }) => name === 'casualty');
  assert.equal(casualty?.say('regulations I/21 and XI-1/6', 'fr'), 'règles I/21 et XI-1/6');
  assert.equal(casualty?.say('Casualty Investigation Code', 'ru'), 'Кодекс расследования аварий');
  assert.equal(casualty?.say('MSC-MEPC.3/Circ.4/Rev.1', 'ar'), 'MSC-MEPC.3/Circ.4/Rev.1');
  for (const module of MODULES)
    for (const { instrument, clause } of sourcesOf(module))
      for (const text of clause === undefined ? [instrument] : [instrument, clause])
        for (const language of ['ar', 'zh', 'ru'] as const)
          assert.doesNotMatch(module.say(text, language), /(?<![\w./])[A-Za-z][a-z]{3,}/, `${module.name} ${language}: ${text}`);
});
