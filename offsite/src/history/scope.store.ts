import type { SQLInputValue } from 'node:sqlite';
import type { Scope } from '@bulkhead/contracts';
import { parseLsn } from '#archive/wal.rules.ts';
import { MARKS, type Mark } from './index-schema.store.ts';

type Ask = <Row>(sql: string, ...values: SQLInputValue[]) => Row[];

/** What is asked of an index about scopes: which transactions they name, and how much that is. */
export class ScopeReader {
  readonly #all: Ask;
  readonly #scopes = new Map<string, { sequences: number[]; upTo: number }>();

  constructor({ all }: { readonly all: Ask }) {
    this.#all = all;
  }

  /** Sequences of a scope's transactions, oldest first. Kept, and carried on as history grows. */
  listScope(scope: Scope): readonly number[] {
    const name = JSON.stringify(scope);
    const [{ last } = { last: 0 }] = this.#all<{ last: number }>('select coalesce(max(sequence), 0) as last from tx');
    const kept = this.#scopes.get(name) ?? { sequences: [], upTo: 0 };
    if (kept.upTo < last) {
      const found = new Set<number>();
      for (const [, sequences] of this.criteria(scope, kept.upTo)) for (const sequence of sequences) found.add(sequence);
      kept.sequences.push(...[...found].filter((sequence) => sequence <= last).toSorted((left, right) => left - right));
      kept.upTo = last;
    }
    this.#scopes.delete(name);
    this.#scopes.set(name, kept);
    for (const oldest of this.#scopes.keys()) if (this.#scopes.size > 20) this.#scopes.delete(oldest);
    return kept.sequences;
  }

  /** What is kept of scopes, after transactions were abandoned or became known. */
  forgetScopes(): void {
    this.#scopes.clear();
  }

  /** Sequences of those of a scope's transactions that a restore left behind: they are no part of the database any more. */
  listLeftBehind(scope: Scope): number[] {
    return [...new Set([...this.criteria(scope, 0, true)].flatMap(([, sequences]) => sequences))];
  }

  /** Each criterion of a scope with the transactions after a sequence that meet it, within the span of time. */
  *criteria(scope: Scope, after: number, isLeft = false): Generator<readonly [string, readonly number[]]> {
    const lists: readonly [Mark, readonly string[]][] = [
      ['session', scope.sessions],
      ['account', scope.accounts],
      ['address', scope.addresses],
      ['request', scope.requests],
      ['key', scope.keyIds],
    ];
    const span = `and t.abandoned = ${isLeft ? 1 : 0} and t.committed_at >= ? and t.committed_at <= ?`;
    const times = [
      scope.fromAt === null ? 0 : Date.parse(scope.fromAt),
      scope.toAt === null ? Number.MAX_SAFE_INTEGER : Date.parse(scope.toAt),
    ];
    const pick = (rows: readonly { sequence: number }[]) => rows.map(({ sequence }) => sequence);
    for (const [mark, values] of lists) {
      for (const value of values) {
        const sql = `select m.sequence from mark m cross join tx t on t.sequence = m.sequence where m.kind = ? and m.value = ? and m.sequence > ? ${span}`;
        yield [`${mark} ${value}`, pick(this.#all(sql, MARKS.indexOf(mark), value, after, ...times))];
      }
    }
    for (const { timeline, commitLsn } of scope.transactions) {
      const sql = `select t.sequence from tx t where t.lsn = ? and t.timeline = ? and t.sequence > ? ${span}`;
      yield [
        `transaction ${timeline}:${commitLsn}`,
        pick(this.#all(sql, Number(parseLsn(commitLsn)), timeline, after, ...times)),
      ];
    }
    if (scope.untagged) {
      const sql = `select t.sequence from tx t where t.untagged = 1 and (t.changes > 0 or t.ddl <> '[]' or t.state = 1) and t.sequence > ? ${span}`;
      yield ['untagged', pick(this.#all(sql, after, ...times))];
    }
    if (scope.everything)
      yield ['everything', pick(this.#all(`select t.sequence from tx t where t.sequence > ? ${span}`, after, ...times))];
  }

  /** How much they are together. */
  countTransactions(sequences: readonly number[]) {
    let rows = 0;
    let firstAt = Number.POSITIVE_INFINITY;
    let lastAt = Number.NEGATIVE_INFINITY;
    let hasDdl = false;
    for (const sequence of sequences) {
      const [row] = this.#all<{ changes: number; committed_at: number; ddl: number }>(
        "select changes, committed_at, ddl <> '[]' as ddl from tx where sequence = ?",
        sequence,
      );
      if (!row) continue;
      rows += row.changes;
      firstAt = Math.min(firstAt, row.committed_at);
      lastAt = Math.max(lastAt, row.committed_at);
      hasDdl ||= row.ddl === 1;
    }
    const textOf = (ms: number) => (Number.isFinite(ms) ? new Date(ms).toISOString() : null);
    return { rows, firstAt: textOf(firstAt), lastAt: textOf(lastAt), hasDdl };
  }
}
