import type { ClientConfig } from 'pg';
import { type CatalogColumn, type CatalogRelation, listRelations, withSession } from './catalog.ts';

const TYPES: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int2: 'number',
  int4: 'number',
  float4: 'number',
  float8: 'number',
  oid: 'number',
  timestamptz: 'Date',
  json: 'unknown',
  jsonb: 'unknown',
  bytea: 'Buffer',
};

/** TypeScript source with `interface Schema`, the tables and views of schema public as Kysely needs them. */
export function describeTypes(connection: ClientConfig): Promise<string> {
  return withSession(connection, async (session) => {
    const relations = await listRelations(session);
    const tables = relations.map(describeTable).join('\n');
    const members = relations.map(({ name }) => `  ${member(name)}: ${typeName(name)};\n`).join('');
    const imports = ['ColumnType', 'Generated', 'GeneratedAlways'].filter((name) => new RegExp(`\\b${name}<`).test(tables));
    return [
      '// What the queries know of the schema. Written by tools/dump-schema.ts; do not edit.\n',
      imports.length === 0 ? '' : `import type { ${imports.join(', ')} } from 'kysely';\n`,
      `\n${tables}\nexport interface Schema {\n${members}}\n`,
    ].join('');
  });
}

function describeTable({ name, kind, columns }: CatalogRelation): string {
  const members = columns.map((column) => `  ${member(column.name)}: ${describeColumn(column, kind)};\n`).join('');
  return `export interface ${typeName(name)} {\n${members}}\n`;
}

function describeColumn(column: CatalogColumn, kind: CatalogRelation['kind']): string {
  const value = describeValue(column);
  if (kind !== 'table') return `ColumnType<${orNull(value, column)}, never, never>`;
  if (column.generated !== '' || column.identity === 'a') return `GeneratedAlways<${orNull(value, column)}>`;
  if (column.default !== null || column.identity === 'd') return `Generated<${orNull(value, column)}>`;
  return orNull(value, column);
}

function orNull(value: string, column: CatalogColumn): string {
  return column.isRequired || value === 'unknown' ? value : `${value} | null`;
}

function describeValue({ base, labels, isArray }: CatalogColumn): string {
  // Numbers that a double would round (int8, numeric, xid8) and everything unnamed arrive as text.
  const single = labels === null ? (TYPES[base] ?? 'string') : labels.map(quote).join(' | ');
  if (!isArray) return single;
  return single.includes('|') ? `(${single})[]` : `${single}[]`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

function member(name: string): string {
  return /^[a-z_]\w*$/i.test(name) ? name : quote(name);
}

function typeName(table: string): string {
  const words = table.split(/[^a-z0-9]+/i).filter((word) => word !== '');
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}Table`;
}
