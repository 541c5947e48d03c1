import type { Dice } from './dice.ts';
import type { Settings } from './world.ts';

export type Kind = 'text' | 'unique' | 'counter' | 'set' | 'words' | 'json' | 'reference' | 'generated';
export type Column = { readonly name: string; readonly kind: Kind; readonly to?: string; readonly onDelete?: string };
export type Table = { readonly name: string; readonly columns: readonly Column[] };

const KINDS: readonly Kind[] = ['text', 'unique', 'counter', 'set', 'words', 'json', 'text'];

/** One to four tables with keys, unique values, references and merge classes. */
export function drawTables(dice: Dice): Table[] {
  const tables: Table[] = [];
  const count = 1 + dice.below(4);
  for (let at = 0; at < count; at += 1) {
    const columns: Column[] = [{ name: 'a', kind: 'text' }];
    for (const kind of KINDS) if (dice.chance(0.6)) columns.push({ name: `c${columns.length}`, kind });
    if (dice.chance(0.3)) columns.push({ name: 'g', kind: 'generated' });
    const to = dice.chance(0.7) ? `t${dice.below(at + 1)}` : undefined;
    const onDelete = dice.pick(['no action', 'set null', 'cascade']) ?? 'no action';
    if (to !== undefined) columns.push({ name: 'p', kind: 'reference', to, onDelete });
    tables.push({ name: `t${at}`, columns });
  }
  return tables;
}

const TYPES: Record<Exclude<Kind, 'reference'>, string> = {
  text: 'text',
  unique: 'text unique',
  counter: 'bigint not null default 0',
  set: "jsonb not null default '[]'",
  words: "text[] not null default '{}'",
  json: "jsonb not null default '{}'",
  generated: "text generated always as (a || '!') stored",
};

/** The tables twice: as they are, and as the twin that is never attacked. */
export function createStatements(tables: readonly Table[]): string[] {
  return [
    'create schema twin',
    ...['public', 'twin'].flatMap((schema) =>
      tables.map(({ name, columns }) => {
        const parts = columns.map(({ name: column, kind, to, onDelete }) =>
          kind === 'reference'
            ? `${column} integer references ${schema}.${to} on delete ${onDelete}`
            : `${column} ${TYPES[kind]}`,
        );
        return `create table ${schema}.${name} (id integer primary key, ${parts.join(', ')})`;
      }),
    ),
  ];
}

export function settingsOf(tables: readonly Table[]): Settings {
  const classes = { counter: 'counter', set: 'set', words: 'set', json: 'json-path' } as const;
  return {
    columns: tables.flatMap(({ name, columns }) =>
      columns.flatMap(({ name: column, kind }) =>
        kind in classes ? [{ table: name, column, merge: classes[kind as keyof typeof classes] }] : [],
      ),
    ),
  };
}
