import type { DecodingLine, TransactionSummary } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { DDL_PREFIX, TOKEN_PREFIX } from '@bulkhead/postgres/provenance';
import { z } from 'zod';
import { parseLsn } from '#archive/wal.rules.ts';
import { type DecodedChange, parseDecoded } from './decoded.rules.ts';

/** A change as it was told; of a truncate only the table. */
export type ToldChange = DecodedChange | { readonly kind: 'truncate'; readonly table: string };

/** A piece of the stream that can be written: changes of one transaction, and its end if it has come. */
export type Piece = {
  readonly xid: string;
  readonly changes: readonly ToldChange[];
  readonly commit: Commit | undefined;
};
export type Commit = {
  readonly lsn: number;
  readonly committedAt: string;
  readonly tokens: readonly string[];
  readonly ddl: TransactionSummary['ddl'];
  /** What of it could not be told. */
  readonly faults: readonly string[];
};

/** So many changes of one transaction are written before its end has come. */
const PIECE_CHANGES = 5_000;
const PIECE_CHARACTERS = 16_777_216;
const DDL_LIMIT = 1_000;
const TOKENS_LIMIT = 10;
const FAULTS_LIMIT = 10;
// GRANT, REVOKE and changes of default privileges name no object.
const ddlSchema = z.object({
  command: z.string().max(100),
  type: z
    .string()
    .max(100)
    .nullable()
    .transform((type) => type ?? ''),
  identity: z
    .string()
    .nullable()
    .transform((identity) => identity ?? ''),
});

/** Puts the lines of a decoding stream together to transactions. */
export class Assembler {
  #xid: string | undefined;
  #changes: ToldChange[] = [];
  #characters = 0;
  #tokens: string[] = [];
  #ddl: TransactionSummary['ddl'] = [];
  #faults: string[] = [];

  /** Whether a transaction is under way. */
  get isWithin(): boolean {
    return this.#xid !== undefined;
  }

  /** Takes a line; gives a piece when one is whole. @throws EstateError `history.unreadable` */
  take({ lsn, data, cutBytes }: DecodingLine): Piece | undefined {
    if (data === undefined) return undefined;
    if (cutBytes !== undefined) return this.#takeCut(data, cutBytes);
    const decoded = parseDecoded(data);
    if (decoded.kind === 'begin') {
      if (this.#xid !== undefined) throw outOfTurn(`transaction ${decoded.xid} begins within ${this.#xid}`);
      this.#xid = decoded.xid;
      return undefined;
    }
    if (decoded.kind === 'message' && !decoded.isTransactional) return undefined;
    if (this.#xid === undefined) throw outOfTurn(`a ${decoded.kind} stands outside of any transaction`);
    if (decoded.kind === 'commit') {
      if (decoded.xid !== this.#xid) throw outOfTurn(`transaction ${decoded.xid} ends within ${this.#xid}`);
      return this.#end(positionOf(lsn), decoded.committedAt);
    }
    if (decoded.kind === 'message') this.#hear(decoded.prefix, decoded.content);
    else if (decoded.kind === 'truncate') for (const table of decoded.tables) this.#changes.push({ kind: 'truncate', table });
    else this.#changes.push(decoded);
    this.#characters += data.length;
    if (this.#changes.length < PIECE_CHANGES && this.#characters < PIECE_CHARACTERS) return undefined;
    return { xid: this.#xid, changes: this.#takeChanges(), commit: undefined };
  }

  #hear(prefix: string, content: string): void {
    if (prefix === TOKEN_PREFIX) {
      if (this.#tokens.length < TOKENS_LIMIT) this.#tokens.push(content);
    } else if (prefix === DDL_PREFIX) {
      const parsed = ddlSchema.safeParse(parseJson(content));
      if (!parsed.success) this.#fault('a message about the schema could not be read');
      else if (this.#ddl.length < DDL_LIMIT) this.#ddl.push({ ...parsed.data, identity: parsed.data.identity.slice(0, 300) });
    }
  }

  #takeCut(data: string, cutBytes: number): undefined {
    if (this.#xid === undefined) throw outOfTurn('a line too long stands outside of any transaction');
    this.#fault(`a change was too large to be told, by ${cutBytes} bytes: ${data.slice(0, 200)}`);
  }

  #fault(fault: string): void {
    if (this.#faults.length < FAULTS_LIMIT) this.#faults.push(fault.slice(0, 300));
  }

  #end(lsn: number, committedAt: string): Piece {
    const commit: Commit = { lsn, committedAt, tokens: this.#tokens, ddl: this.#ddl, faults: this.#faults };
    const piece: Piece = { xid: this.#xid ?? '', changes: this.#takeChanges(), commit };
    this.#xid = undefined;
    this.#tokens = [];
    this.#ddl = [];
    this.#faults = [];
    return piece;
  }

  #takeChanges(): ToldChange[] {
    const changes = this.#changes;
    this.#changes = [];
    this.#characters = 0;
    return changes;
  }
}

/** A position as a number: a WAL that needs more than 53 bits would be 9 petabytes long. @throws EstateError */
export function positionOf(lsn: string): number {
  const position = Number(parseLsn(lsn));
  if (Number.isSafeInteger(position)) return position;
  throw outOfTurn('a position lies beyond any WAL');
}

function outOfTurn(what: string): EstateError {
  return new EstateError('history.unreadable', `reading the decoding stream: ${what}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
