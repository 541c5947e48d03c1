import type { Change, RowImage, RowLife, TransactionSummary, WholeTransaction } from '@bulkhead/contracts';
import { alignColumns, cutText, fitColumns } from '../table.ts';
import { shortInstant } from './instant.ts';

const SIDE_WIDTH = 28;
const NAME_WIDTH = 18;

/** Transactions as a table of at most 80 columns. */
export function tellTransactions(transactions: readonly TransactionSummary[]): string[] {
  const head = ['#', 'Committed (UTC)', 'Account', 'Session', 'Route', 'Rows'];
  return fitColumns([
    head,
    ...transactions.map((transaction) => [
      String(transaction.sequence),
      shortInstant(transaction.committedAt),
      cutText(claimsOf(transaction)?.accountId ?? '-', 8),
      cutText(claimsOf(transaction)?.sessionId ?? '-', 8),
      tellRoute(transaction),
      tellRows(transaction),
    ]),
  ]);
}

/** One transaction with each change before and after, side by side. */
export function tellTransaction({ transaction, changes, isWhole }: WholeTransaction): string[] {
  const claims = claimsOf(transaction);
  const facts = [
    [
      'Transaction',
      `${transaction.sequence}: xid ${transaction.xid}, committed at ${transaction.commitLsn}, timeline ${transaction.timeline}`,
    ],
    ['Committed', transaction.committedAt],
    ['Token', tellToken(transaction)],
    ...(claims
      ? [
          ['Account', claims.accountId ?? 'none'],
          ['Session', claims.sessionId ?? 'none'],
          ['Address', claims.address || 'none'],
          ['Request', `${claims.requestId}: ${claims.method} ${claims.path}`],
          ['Route', `${claims.route}, signed with ${claims.keyId} at ${claims.issuedAt}`],
        ]
      : []),
    ...transaction.ddl.map(({ command, identity }) => ['Schema', `${command} ${identity}`]),
  ];
  return [
    ...alignColumns(facts),
    ...changes.flatMap((change) => ['', ...tellChange(change)]),
    ...(isWhole ? [] : ['', `Only the first ${changes.length} of ${transaction.changes} changes are shown.`]),
  ];
}

/** All that ever happened to a row, oldest first. */
export function tellRowLife({ steps, isWhole }: RowLife): string[] {
  if (steps.length === 0) return ['History knows nothing of this row.'];
  return [
    ...steps.flatMap(({ transaction, change }) => [
      `#${transaction.sequence}  ${transaction.committedAt}  ${tellRoute(transaction)}  account ${claimsOf(transaction)?.accountId ?? '-'}`,
      ...tellChange(change).map((line) => `  ${line}`),
    ]),
    ...(isWhole ? [] : ['There is more than is shown.']),
  ];
}

function tellChange({ kind, table, before, after, unresolved }: Change): string[] {
  const columns = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const shown = kind === 'update' ? columns.filter((column) => before?.[column] !== after?.[column]) : columns;
  const rows = shown.map((column) => [
    `  ${cutText(column, NAME_WIDTH)}`,
    tellValue(before, column, unresolved),
    tellValue(after, column, unresolved),
  ]);
  const title = kind === 'truncate' ? `truncate ${table}: its rows stand in a copy from just before` : `${kind} ${table}`;
  return rows.length === 0 ? [title] : [title, ...alignColumns([['  Column', 'Before', 'After'], ...rows])];
}

function tellValue(image: RowImage | null, column: string, unresolved: readonly string[]): string {
  const value = image?.[column];
  if (value === undefined) return image !== null && unresolved.includes(column) ? '(not known)' : '';
  return value === null ? 'NULL' : cutText(value.replaceAll(/\s+/g, ' '), SIDE_WIDTH);
}

function tellRoute(transaction: TransactionSummary): string {
  if (transaction.state === 'unknown') return 'UNKNOWN';
  const [token] = transaction.tokens;
  if (!token) return 'UNTAGGED';
  if (transaction.tokens.length > 1) return `${transaction.tokens.length} TOKENS`;
  return token.verdict === 'verified' ? (token.claims?.route ?? '-') : 'REFUSED TOKEN';
}

function tellToken({ tokens }: TransactionSummary): string {
  if (tokens.length === 0) return 'none: nobody was let in to write this';
  return tokens.map(({ verdict, reason }) => (reason === null ? verdict : `${verdict}: ${reason}`)).join('; ');
}

function tellRows({ tables, ddl }: TransactionSummary): string {
  const sum = (count: (table: (typeof tables)[number]) => number) => tables.reduce((total, table) => total + count(table), 0);
  const truncates = sum((table) => table.truncates);
  const counts = `+${sum((table) => table.inserts)} ~${sum((table) => table.updates)} -${sum((table) => table.deletes)}`;
  return [counts, truncates > 0 ? `truncates ${truncates}` : '', ddl.length > 0 ? 'schema' : ''].filter(Boolean).join(' ');
}

function claimsOf({ tokens }: TransactionSummary) {
  return tokens[0]?.claims ?? null;
}
