import { createHash } from 'node:crypto';
import type { RowImage } from '@bulkhead/contracts';

/** Longer keys stand in the index by their digest. */
const KEY_LIMIT = 200;

/**
 * A row's key as text: the values of its key columns joined by commas; commas and backslashes within the values of a key of
 * several columns are escaped. A table without a primary key has the digest of the whole row.
 */
export function keyOf(row: RowImage, columns: readonly string[]): string {
  const [first] = columns;
  if (first === undefined) return `row:${digest(JSON.stringify(Object.entries(row).filter(([, value]) => value !== null)))}`;
  if (columns.length === 1) return shorten(row[first] ?? '');
  return shorten(columns.map((column) => (row[column] ?? '').replaceAll(/[\\,]/g, '\\$&')).join(','));
}

/** A key as somebody typed it, as it stands in the index. */
export function shorten(key: string): string {
  return key.length <= KEY_LIMIT ? key : `sha256:${digest(key)}`;
}

/** Values that changes are looked up by, in the order of their columns; undefined where one is null or not known. */
export function valuesOf(row: RowImage, columns: readonly string[]): string | undefined {
  const values: string[] = [];
  for (const column of columns) {
    const value = row[column];
    if (value === null || value === undefined) return undefined;
    values.push(value);
  }
  return keyOf(row, columns);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}
