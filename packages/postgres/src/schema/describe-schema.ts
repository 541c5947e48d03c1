import type { ClientConfig } from 'pg';
import { quoteIdentifier } from '../session/quote.ts';
import {
  type CatalogColumn,
  type CatalogPart,
  type CatalogRelation,
  listOtherParts,
  listRelations,
  listTableParts,
  withSession,
} from './catalog.ts';

/** A canonical text of schema public for people to review: equal schemas give equal texts, whatever path led to them. */
export function describeSchema(connection: ClientConfig): Promise<string> {
  return withSession(connection, async (session) => {
    const parts = await listTableParts(session);
    const others = await listOtherParts(session);
    const relations = await listRelations(session);
    const blocks = [
      ...others.map(({ definition }) => `${definition.trimEnd()};`),
      ...relations.map((relation) =>
        describeRelation(
          relation,
          parts.filter((part) => part.relation === relation.name),
        ),
      ),
    ];
    return `-- What all migrations together make. Written by tools/dump-schema.ts; do not edit.\n${blocks.map((block) => `\n${block}\n`).join('')}`;
  });
}

function describeRelation(relation: CatalogRelation, parts: readonly CatalogPart[]): string {
  if (relation.definition !== null) return `${relation.kind} ${relation.name} as\n${relation.definition.trimEnd()}`;
  const inside = parts.filter(({ definition }) => definition.startsWith('constraint ')).map(({ definition }) => definition);
  const outside = parts
    .filter(({ definition }) => !definition.startsWith('constraint '))
    .map(({ definition }) => `${definition};`);
  const lines = [...relation.columns.map(describeColumn), ...inside].map((line) => `  ${line}`).join(',\n');
  return [`table ${relation.name} (\n${lines}\n);`, ...outside].join('\n');
}

function describeColumn(column: CatalogColumn): string {
  return [
    /^[a-z_][a-z0-9_]*$/.test(column.name) ? column.name : quoteIdentifier(column.name),
    column.declared,
    column.isRequired ? 'not null' : '',
    column.identity === '' ? '' : `generated ${column.identity === 'a' ? 'always' : 'by default'} as identity`,
    describeDefault(column),
  ]
    .filter((word) => word !== '')
    .join(' ');
}

function describeDefault({ default: expression, generated }: CatalogColumn): string {
  if (expression === null) return '';
  if (generated === '') return `default ${expression}`;
  return `generated always as (${expression}) ${generated === 's' ? 'stored' : 'virtual'}`;
}
