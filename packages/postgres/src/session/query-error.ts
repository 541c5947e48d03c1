import { EstateError } from '@bulkhead/kernel';
import { DatabaseError } from 'pg';

const READ_ONLY = '25006';
const ALREADY_TAGGED = 'BH001';
const INTEGRITY_CLASS = '23';
/** The server ended the session, lets nobody in, or has no session left (PostgreSQL, appendix A). */
const AWAY = /^(?:08|57P|28000|53300)/;
const LOST = /^(?:Connection terminated|Client has encountered a connection error)|timeout exceeded when trying to connect/;

/**
 * Turns whatever the driver threw into an EstateError; `doing` says what this layer was doing.
 * Row contents that PostgreSQL puts into an error are dropped: the cause chain is logged.
 */
export function toEstateError(error: unknown, doing: string): EstateError {
  if (error instanceof EstateError) return error;
  if (!(error instanceof DatabaseError))
    return new EstateError(isLost(error) ? 'postgres.unreachable' : 'postgres.query_failed', doing, { cause: error });
  dropContents(error);
  if (error.code === READ_ONLY) return new EstateError('postgres.read_only', doing, { cause: error });
  if (error.code === ALREADY_TAGGED) return new EstateError('transaction.already_tagged', doing, { cause: error });
  if (AWAY.test(error.code ?? '')) return new EstateError('postgres.unreachable', doing, { cause: error });
  return new EstateError('postgres.query_failed', doing, { cause: error });
}

/** An error of the connection: one of the system, or the driver's words for a session that is gone. */
function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return 'syscall' in error || ('code' in error && error.code === 'EPIPE') || LOST.test(error.message);
}

function dropContents(error: DatabaseError): void {
  error.message = withoutValue(error.message);
  error.detail = undefined;
  error.where = undefined;
  error.internalQuery = undefined;
}

/** Leaves out the value that a message such as `invalid input syntax for type integer: "…"` ends with. */
export function withoutValue(message: string): string {
  return message.replace(/: ".*$/s, ': (value left out)');
}

/** The SQLSTATE of an error of the database, wherever it stands in the chain of causes. */
export function sqlState(error: unknown): string | undefined {
  return findDatabaseError(error)?.code;
}

/** The name of the constraint that refused a row (unique, foreign key, check, not null, exclusion), if that is what failed. */
export function violatedConstraint(error: unknown): string | undefined {
  const found = findDatabaseError(error);
  if (found?.code?.startsWith(INTEGRITY_CLASS) !== true) return undefined;
  // A missing value in a NOT NULL column names a column only.
  return found.constraint ?? (found.column === undefined ? undefined : `${found.table ?? ''}.${found.column}`);
}

function findDatabaseError(error: unknown): DatabaseError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof DatabaseError) return at;
  }
  return undefined;
}
