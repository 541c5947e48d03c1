import { CHANGE_KINDS, type Change, changeSchema, type RowImage } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';

/** A change as it stands in the index: its kind's number, and the rest as JSON. */
export type ChangeRecord = { readonly kind: number; readonly payload: string };

/** Of an update whose old row is known only what differs is kept of the new one. */
export function packChange(change: Change): ChangeRecord {
  const { before, after, unresolved } = change;
  const kind = CHANGE_KINDS.indexOf(change.kind);
  const isDelta = before !== null && after !== null && haveSameColumns(before, after);
  const kept = isDelta ? differing(before, after) : after;
  const parts: unknown[] = [before, kept];
  if (unresolved.length > 0 || isDelta) parts.push(isDelta ? 1 : 0);
  if (unresolved.length > 0) parts.push(unresolved);
  return { kind, payload: JSON.stringify(parts) };
}

/** @throws EstateError `history.unreadable` if the index is damaged */
export function unpackChange(table: string, { kind, payload }: ChangeRecord): Change {
  try {
    const [before, kept, isDelta, unresolved] = JSON.parse(payload) as [
      RowImage | null,
      RowImage | null,
      0 | 1 | undefined,
      string[] | undefined,
    ];
    const after = isDelta === 1 ? { ...before, ...kept } : kept;
    return { kind: changeSchema.shape.kind.parse(CHANGE_KINDS[kind]), table, before, after, unresolved: unresolved ?? [] };
  } catch (cause) {
    throw new EstateError('history.unreadable', `reading a change of ${table} in the index`, { cause });
  }
}

/** All values that a record holds, of either image. */
export function* valuesOfRecord(payload: string): Generator<string> {
  const [before, kept] = JSON.parse(payload) as [RowImage | null, RowImage | null];
  for (const row of [before, kept]) {
    if (row === null) continue;
    for (const value of Object.values(row)) if (value !== null) yield value;
  }
}

function haveSameColumns(before: RowImage, after: RowImage): boolean {
  const columns = Object.keys(after);
  if (columns.includes('__proto__') || columns.length !== Object.keys(before).length) return false;
  return columns.every((column) => before[column] !== undefined);
}

function differing(before: RowImage, after: RowImage): RowImage {
  const changed: RowImage = {};
  for (const [column, value] of Object.entries(after)) if (before[column] !== value) changed[column] = value;
  return changed;
}
