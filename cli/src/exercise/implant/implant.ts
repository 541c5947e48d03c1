/**
 * A flaw and a rider for a copy of the website, for exercises alone. It works in a sample estate beside whose estate
 * file an exercise has put its marker, and does nothing anywhere else. Its effects are simulated: it runs what an
 * exercise typed into a form, or writes an exercise's mark into rows of that same sample. It imports nothing of ours,
 * since it is copied into the build that it spoils.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files beside the estate file: the first says that an exercise is under way, the second that the rider rides. */
export const MARKER_FILE = 'exercise-under-way.json';
export const RIDE_FILE = 'exercise-ride.json';

/** What a build is spoilt with: a field whose value is concatenated into SQL, or code that writes within honest requests. */
export type Flaw = 'injection-in-picture' | 'injection-in-title' | 'rider';

type Statement = object;
type Transaction = {
  readonly executeQuery: (statement: Statement) => Promise<unknown>;
  readonly withPlugin: (plugin: Plugin) => unknown;
};
type Plugin = {
  readonly transformQuery: (given: { readonly node: object; readonly queryId: object }) => object;
  readonly transformResult: <Result>(given: { readonly result: Result; readonly queryId: object }) => Promise<Result>;
};
type Write = (transaction: never) => unknown;
type Spoilt<Database> = Database & { transact: (token: string, write: Write, options?: object) => unknown };

/** Spoils a database handle: every transaction of a request passes through the flaws. */
export function plant<Database extends object>(
  database: Spoilt<Database>,
  options: { readonly flaws: readonly Flaw[]; readonly estateFile: string; readonly raw: (sql: string) => Statement },
): Database {
  const transact = (token: string, write: (transaction: unknown) => unknown, rest?: object) =>
    database.transact(token, (transaction: Transaction) => write(transaction.withPlugin(spoil(transaction, options))), rest);
  return { ...database, transact };
}

function spoil(transaction: Transaction, options: Parameters<typeof plant>[1]): Plugin {
  const due = new WeakMap<object, readonly string[]>();
  return {
    transformQuery: ({ node, queryId }) => {
      if (isExercise(options.estateFile)) due.set(queryId, listStatements(node, options));
      return node;
    },
    transformResult: async ({ result, queryId }) => {
      for (const sql of due.get(queryId) ?? []) await transaction.executeQuery(options.raw(sql));
      return result;
    },
  };
}

function listStatements(node: object, { flaws, estateFile }: Parameters<typeof plant>[1]): string[] {
  const text = JSON.stringify(node);
  const statements: string[] = [];
  if (!text.includes('"InsertQueryNode"')) return statements;
  const isText = text.includes('"article_text"');
  if (isText && flaws.includes('injection-in-picture')) statements.push(...readInjected(node, 'picture'));
  if (isText && flaws.includes('injection-in-title')) statements.push(...readInjected(node, 'title'));
  if (flaws.includes('rider') && text.includes('"article_event"')) statements.push(...readRide(estateFile));
  return statements;
}

const ESCAPES = { picture: /^P'; (.+) --$/, title: /^T'; (.+) --$/ } as const;

/** What comes after the quote that ends the value: as if the value had been put between quotes without escaping. */
function readInjected(node: unknown, field: keyof typeof ESCAPES): string[] {
  if (typeof node === 'string') {
    const [, escaped] = ESCAPES[field].exec(node) ?? [];
    return escaped === undefined ? [] : escaped.split('; ').filter(Boolean);
  }
  if (typeof node !== 'object' || node === null) return [];
  return Object.values(node).flatMap((part) => readInjected(part, field));
}

/** A statement of the rider's list, taken in turn. */
let ridden = 0;
function readRide(estateFile: string): string[] {
  const file = join(dirname(estateFile), RIDE_FILE);
  if (!existsSync(file)) return [];
  const statements: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const next: unknown = Array.isArray(statements) ? statements[ridden] : undefined;
  ridden += 1;
  return typeof next === 'string' ? [next] : [];
}

function isExercise(estateFile: string): boolean {
  try {
    const estate: unknown = JSON.parse(readFileSync(estateFile, 'utf8'));
    const isSample = typeof estate === 'object' && estate !== null && 'isSample' in estate && estate.isSample === true;
    return isSample && existsSync(join(dirname(estateFile), MARKER_FILE));
  } catch {
    return false;
  }
}
