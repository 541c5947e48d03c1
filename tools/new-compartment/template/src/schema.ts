// What the queries know of the schema. Written by tools/dump-schema.ts; do not edit.
import type { GeneratedAlways } from 'kysely';

export interface EntryTable {
  id: GeneratedAlways<number>;
  title: string;
  body: string;
  added_by: string;
  added_by_name: string;
  added_at: Date;
}

export interface Schema {
  entry: EntryTable;
}
