import { type Declared, readDeclared } from './declared.rules.ts';

/**
 * The way from one schema to another, both as `schema.sql` tells them: what is new is made, what is gone is dropped, and a column whose
 * type changed is for a person to write. What is new is written in the words of the declarations: PostgreSQL's own, read by it a second
 * time, may come out otherwise than the first time, and the schema would not be what was declared.
 */
type Block = {
  readonly head: string;
  readonly columns: ReadonlyMap<string, string>;
  readonly constraints: ReadonlySet<string>;
  readonly rest: ReadonlySet<string>;
};

export type Difference = {
  readonly statements: readonly string[];
  readonly isBreaking: boolean;
  readonly byHand: readonly string[];
};

/**
 * @param stands `schema.sql` as it landed
 * @param wanted the same of what the declarations ask for
 * @param declared the SQL that the declarations ask for
 */
export function differenceBetween(stands: string, wanted: string, declared = ''): Difference {
  const words = readDeclared(declared);
  const before = readBlocks(stands);
  const after = readBlocks(wanted);
  const steps: string[] = [];
  const byHand: string[] = [];
  let isBreaking = false;
  for (const [name, block] of after) {
    const old = before.get(name);
    if (old === undefined) steps.push(...makeBlock(name, block, words));
    else {
      const changed = changeBlock(name, { old, wanted: block }, words);
      steps.push(...changed.statements);
      byHand.push(...changed.byHand);
      isBreaking ||= changed.isBreaking;
    }
  }
  for (const name of before.keys())
    if (!after.has(name)) {
      steps.push(name.startsWith('table ') ? `drop ${name};` : `-- ${name} is no longer wanted`);
      isBreaking = true;
    }
  // References come last: the table that they name may be new as well.
  const isReference = (step: string) => /^alter table \S+ add constraint \S+ foreign key/i.test(step);
  return { statements: [...steps.filter((step) => !isReference(step)), ...steps.filter(isReference)], isBreaking, byHand };
}

function makeBlock(name: string, { head, columns, constraints, rest }: Block, words: Declared): string[] {
  if (!name.startsWith('table ')) return [head];
  const table = name.slice('table '.length);
  const declared = words.tables.get(table);
  const isReference = (line: string) => line.includes('FOREIGN KEY');
  if (declared !== undefined)
    return [
      declared.create,
      ...[...rest].map((line) => words.others.get(nameOf(line)) ?? line),
      ...[...constraints]
        .filter(isReference)
        .map((line) => words.others.get(nameOf(line)) ?? `alter table ${table} add ${line};`),
    ];
  const inside = [...columns.values(), ...[...constraints].filter((line) => !isReference(line))];
  return [
    `create ${name} (\n${inside.map((line) => `  ${line}`).join(',\n')}\n);`,
    ...rest,
    ...[...constraints].filter(isReference).map((line) => `alter table ${table} add ${line};`),
  ];
}

type Change = { readonly old: Block; readonly wanted: Block };

function changeBlock(name: string, { old, wanted }: Change, words: Declared): Difference {
  if (!name.startsWith('table '))
    return {
      statements: old.head === wanted.head ? [] : [wanted.head.replace(/^create function/i, 'create or replace function')],
      isBreaking: false,
      byHand: [],
    };
  const table = name.slice('table '.length);
  const gone = [...old.columns].filter(([column]) => !wanted.columns.has(column)).map(([column]) => column);
  const changed = [...wanted.columns].filter(([column, line]) => old.columns.has(column) && old.columns.get(column) !== line);
  const made = [...wanted.columns].filter(([column]) => !old.columns.has(column));
  const declared = words.tables.get(table);
  const say = (column: string, line: string) => declared?.lines.get(column) ?? line;
  // Without a name of its own it stands in the line of its column.
  const isInLine = (line: string) =>
    declared !== undefined && made.some(([column]) => nameOf(line) === `${table}_${column}_check`);
  const constrain = (line: string) =>
    words.others.get(nameOf(line)) ?? `alter table ${table} add ${declared?.lines.get(nameOf(line)) ?? line};`;
  const derived = changed.filter(([, line]) => line.includes('generated always as ('));
  return {
    statements: [
      ...[...old.rest].filter((line) => !wanted.rest.has(line)).map(dropOf),
      ...[...old.constraints]
        .filter((line) => !wanted.constraints.has(line))
        .map((line) => `alter table ${table} drop constraint ${line.split(' ')[1]};`),
      ...made.map(([column, line]) => `alter table ${table} add column ${say(column, line)};`),
      ...derived.flatMap(([column, line]) => [
        `alter table ${table} drop column ${column};`,
        `alter table ${table} add column ${say(column, line)};`,
      ]),
      ...gone.map((column) => `alter table ${table} drop column ${column};`),
      ...[...wanted.constraints].filter((line) => !old.constraints.has(line) && !isInLine(line)).map(constrain),
      // An index on a column that is made anew went with it.
      ...[...wanted.rest]
        .filter((line) => !old.rest.has(line) || derived.some(([column]) => line.includes(column)))
        .map((line) => words.others.get(nameOf(line)) ?? line),
    ],
    isBreaking: gone.length > 0,
    byHand: changed
      .filter(([column]) => !derived.some(([other]) => other === column))
      .map(([column, line]) => `${table}.${column}: ${old.columns.get(column)} → ${line}`),
  };
}

/** Of an index, a trigger or a constraint. */
function nameOf(line: string): string {
  return /^(?:CREATE (?:UNIQUE )?INDEX|CREATE TRIGGER|constraint) (\S+)/i.exec(line)?.[1] ?? line;
}

function dropOf(line: string): string {
  const index = /^CREATE (?:UNIQUE )?INDEX (\S+)/.exec(line)?.[1];
  if (index !== undefined) return `drop index ${index};`;
  const [, trigger, table] = /^CREATE TRIGGER (\S+) .* ON (?:public\.)?(\S+) /.exec(line) ?? [];
  return `drop trigger ${trigger} on ${table};`;
}

function readBlocks(text: string): Map<string, Block> {
  const blocks = new Map<string, Block>();
  for (const part of text.split(/\n\n(?=table |extension |CREATE |type |domain |sequence )/).slice(1)) {
    const block = readBlock(part.trim());
    blocks.set(block.name, block);
  }
  return blocks;
}

function readBlock(part: string): Block & { readonly name: string } {
  const name = /^(?:table \S+|extension \S+?(?=;)|CREATE OR REPLACE FUNCTION [^(]+)/.exec(part)?.[0] ?? part.slice(0, 80);
  if (!name.startsWith('table ')) return { name, head: part, columns: new Map(), constraints: new Set(), rest: new Set() };
  const [inside = '', outside = ''] = part.slice(part.indexOf('(\n') + 2).split('\n);', 2);
  const lines = inside.split('\n').map((line) => line.trim().replace(/,$/, ''));
  const constraints = lines.filter((line) => line.startsWith('constraint '));
  const columns = lines.filter((line) => line !== '' && !line.startsWith('constraint '));
  return {
    name,
    head: part,
    columns: new Map(columns.map((line) => [line.split(' ')[0] ?? '', line])),
    constraints: new Set(constraints),
    rest: new Set(
      outside
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    ),
  };
}
