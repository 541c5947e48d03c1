import type { Attribution, Change, TransactionSummary } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Piece, ToldChange } from './assembler.rules.ts';
import { toChange } from './decoded.rules.ts';
import { tableOf } from './identity.rules.ts';
import type { IndexWriter } from './index-writer.store.ts';
import { type Lineage, timelineAt } from './lineage.rules.ts';
import type { Relation } from './relation.store.ts';

/** A transaction that was written. */
export type Written = {
  readonly transaction: TransactionSummary;
  /** Undefined if it was too large to be held. */
  readonly changes: readonly Change[] | undefined;
  readonly lsn: number;
  readonly faults: readonly string[];
};

/**
 * Writes pieces of the stream into the open batch; what stands in the index already is passed by [H5].
 * @param judged the tokens of each piece's transaction
 * @throws EstateError `history.unreadable`
 */
export function writePieces(
  writer: IndexWriter,
  lineage: Lineage,
  pieces: readonly Piece[],
  judged: readonly (readonly Attribution[])[],
): Written[] {
  const written: Written[] = [];
  for (const [at, { xid, changes: told, commit }] of pieces.entries()) {
    const isContinued = writer.isStarted;
    if (!commit || isContinued) {
      if (!isContinued) writer.start();
      for (const change of told) writeChange(writer, change);
      if (!commit) continue;
    }
    const { lsn, committedAt, ddl, faults } = commit;
    const place = { systemId: lineage.systemId, timeline: timelineAt(lineage, lsn), lsn, xid };
    const known = lsn <= (writer.position?.lsn ?? 0) ? writer.findTransaction(place) : undefined;
    if (known && !known.isUnknown) {
      if (isContinued)
        throw new EstateError('history.unreadable', 'reading the decoding stream: a large transaction is told twice');
      continue;
    }
    let changes: Change[] | undefined;
    if (!isContinued) {
      writer.start();
      changes = told.map((change) => writeChange(writer, change));
    }
    for (const { type, identity } of ddl) if (type.startsWith('table')) writer.forgetColumns(tableOf(identity));
    const transaction = writer.finish({ place, committedAt, state: 'decoded', tokens: judged[at] ?? [], ddl }, known?.sequence);
    written.push({ transaction, changes, lsn, faults });
  }
  return written;
}

function writeChange(writer: IndexWriter, told: ToldChange): Change {
  if (told.kind === 'truncate') {
    const change: Change = { kind: 'truncate', table: told.table, before: null, after: null, unresolved: [] };
    writer.addChange(change);
    return change;
  }
  const relation = writer.findRelation(told.table) ?? writer.addRelation(told.table);
  if (told.new) noteColumns(writer, relation, told.new);
  const change = toChange(told, relation.keepsWhole, relation.columns);
  writer.addChange(change, change.before ?? told.old);
  return change;
}

function noteColumns(writer: IndexWriter, relation: Relation, row: Readonly<Record<string, string | null>>): void {
  const columns = Object.keys(row);
  const known = relation.columns;
  // A row whose unchanged values are not told shows fewer columns than there are.
  if (known && known.length === columns.length && columns.every((column, at) => column === known[at])) return;
  if (known && known.length > columns.length && isWithin(columns, known)) return;
  writer.keepColumns(relation, columns);
}

function isWithin(columns: readonly string[], known: readonly string[]): boolean {
  const all = new Set(known);
  return columns.every((column) => all.has(column));
}
