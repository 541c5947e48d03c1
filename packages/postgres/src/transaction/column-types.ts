import { type CustomTypesConfig, types } from 'pg';

const TEXT_ARRAY = 1009;

// Kept as PostgreSQL writes them: a Date would move a calendar day or a local time by the process's time zone.
const KEPT_AS_TEXT = new Map<number, 'value' | 'array'>([
  [1082, 'value'], // date
  [1182, 'array'],
  [1114, 'value'], // timestamp without time zone
  [1115, 'array'],
  [1186, 'value'], // interval
  [1187, 'array'],
]);

/** How column values arrive: as the generated schema types say. */
export const COLUMN_TYPES: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    const kept = KEPT_AS_TEXT.get(oid);
    if (kept === 'value') return (value: string) => value;
    return types.getTypeParser(kept === 'array' ? TEXT_ARRAY : oid, format ?? 'text');
  },
};
