/** A table in the words of the declarations: its whole statement, and its lines by the name of their column or constraint. */
export type DeclaredTable = { readonly create: string; readonly lines: ReadonlyMap<string, string> };
/** The SQL of the declarations by what it makes: tables; and indexes, triggers and references, by their names. */
export type Declared = { readonly tables: ReadonlyMap<string, DeclaredTable>; readonly others: ReadonlyMap<string, string> };

const TABLE = /^create table (\S+) \(\n([\s\S]*?)\n\);$/gm;
const OTHER = /^(?:create (?:unique )?index|create trigger|alter table \S+ add constraint) (\S+) .*;$/gm;

/** Reads what `writeSchema` writes. */
export function readDeclared(sql: string): Declared {
  const tables = [...sql.matchAll(TABLE)].map(([create, name = '', inside = '']) => {
    const lines = inside.split('\n').map((line) => line.trim().replace(/,$/, ''));
    return [name, { create, lines: new Map(lines.map((line) => [lineName(line), line])) }] as const;
  });
  const others = [...sql.matchAll(OTHER)].map(([statement, name = '']) => [name, statement] as const);
  return { tables: new Map(tables), others: new Map(others) };
}

function lineName(line: string): string {
  return /^(?:constraint )?(\S+)/.exec(line)?.[1] ?? '';
}
