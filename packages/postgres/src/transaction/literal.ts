import { EstateError } from '@bulkhead/kernel';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, type RawBuilder } from 'kysely';
import { quoteLiteral } from '../session/quote.ts';

/** Writes values into the statement, each as a literal without a type: PostgreSQL gives it the one that a parameter would get. */
class LiteralCompiler extends PostgresQueryCompiler {
  protected override appendValue(value: unknown): void {
    this.append(literalOf(value));
  }
}

/** Nobody is asked by it: it writes statements out. */
const writer = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new LiteralCompiler(),
  },
});

/**
 * The text of a statement that takes no parameters, with its values as literals.
 * @throws EstateError `postgres.query_failed` for a value that no literal can hold
 */
export function writeOut(statement: RawBuilder<unknown>): string {
  const { sql, parameters } = statement.compile(writer);
  // What is left over would be read as a parameter that nobody gives.
  if (parameters.length > 0) throw new EstateError('postgres.query_failed', 'writing a statement out: a value was left over');
  return sql;
}

function literalOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return quoted(arrayOf(value));
  return quoted(textOf(value));
}

/** As PostgreSQL writes an array: each element in quotes. */
function arrayOf(values: readonly unknown[]): string {
  const elements = values.map((value) =>
    value === null || value === undefined ? 'NULL' : `"${textOf(value).replaceAll(/["\\]/g, String.raw`\$&`)}"`,
  );
  return `{${elements.join(',')}}`;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return value.toISOString();
  throw new EstateError('postgres.query_failed', `writing a statement out: there is no literal of a ${typeof value}`);
}

function quoted(text: string): string {
  // The statement would end there.
  if (text.includes('\0')) throw new EstateError('postgres.query_failed', 'writing a statement out: a text holds a zero byte');
  return quoteLiteral(text);
}
