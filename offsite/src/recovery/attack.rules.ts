import {
  type Blocks,
  buildSchema,
  REPAIR_WAYS,
  type RecordedRequest,
  recordedRequestSchema,
  type Scope,
  scopeSchema,
  type TransactionSummary,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';

/** What an operator asked for besides the compartment: kept with the recovery. */
export const askedRepairSchema = z.object({
  way: z.enum(REPAIR_WAYS),
  scope: scopeSchema,
  closeRoutes: z.array(z.string().max(100)).max(1000),
  build: buildSchema.nullable(),
  /** The plan that is taken back; null for an attack. */
  reverts: z.string().max(80).nullable(),
});
export type AskedRepair = z.infer<typeof askedRepairSchema>;

/** Different requests that are replayed at most; routes and sessions repeat, so that few attacks have more. */
const REQUESTS_AT_MOST = 10_000;
const TRANSACTIONS_OF_CATALOG = 20;
const EMPTIED_AT_MOST = 1000;

/** What history tells of an attack, gathered from the transactions of its scope. */
export const attackSchema = z.object({
  transactions: z.number().int().min(0),
  /** Those that no request explains: without a genuine token, or under a job's. */
  unattributed: z.number().int().min(0),
  /** Those of them that no session of the application's role can have made. */
  beyondRole: z.array(z.object({ commitLsn: z.string(), why: z.string().max(300) })).max(TRANSACTIONS_OF_CATALOG),
  /** Where its first commit ends. */
  firstLsn: z.string().nullable(),
  /** Where the commit before its first ends: a copy that goes no further holds nothing of it. Null if none is known. */
  cleanLsn: z.string().nullable(),
  /** Its commits that emptied tables, each with where the commit before it ends. */
  emptied: z.array(z.object({ commitLsn: z.string(), cleanLsn: z.string().nullable() })).max(EMPTIED_AT_MOST),
  requests: z.array(recordedRequestSchema).max(REQUESTS_AT_MOST),
  /** False if there were more different requests than are kept. */
  isWhole: z.boolean(),
  /** Routes under which the scope wrote. */
  routes: z.array(z.string().max(100)).max(1000),
  sessions: z.array(z.string().max(64)).max(10_000),
  accounts: z.array(z.string().max(64)).max(10_000),
});
export type Attack = z.infer<typeof attackSchema>;

type Claims = NonNullable<TransactionSummary['tokens'][number]['claims']>;

/** The claims that are believed: of its one verified token. */
function claimsOf(transaction: TransactionSummary): Claims | undefined {
  const verified = transaction.tokens.filter(({ verdict }) => verdict === 'verified');
  return transaction.tokens.length === 1 ? (verified[0]?.claims ?? undefined) : undefined;
}

/** Whether a transaction belongs to a scope, as history counts it. */
export function isInScope(transaction: TransactionSummary, scope: Scope): boolean {
  const { committedAt, timeline, commitLsn } = transaction;
  if (scope.fromAt !== null && committedAt < scope.fromAt) return false;
  if (scope.toAt !== null && committedAt > scope.toAt) return false;
  if (scope.everything) return true;
  if (scope.transactions.some((one) => one.timeline === timeline && one.commitLsn === commitLsn)) return true;
  if (scope.untagged && claimsOf(transaction) === undefined) return true;
  return transaction.tokens.some(({ verdict, claims }) => verdict === 'verified' && claims !== null && meets(claims, scope));
}

function meets(claims: Claims, scope: Scope): boolean {
  return (
    scope.requests.includes(claims.requestId) ||
    scope.addresses.includes(claims.address) ||
    scope.keyIds.includes(claims.keyId) ||
    (claims.sessionId !== null && scope.sessions.includes(claims.sessionId)) ||
    (claims.accountId !== null && scope.accounts.includes(claims.accountId))
  );
}

/**
 * A catalog that an attacker could write is never swapped in [C20].
 * @throws EstateError `repair.needs_redo`
 */
export function checkWay(compartment: string, hasDdl: boolean, beyondRole: Attack['beyondRole'] = []): void {
  if (!hasDdl && beyondRole.length === 0) return;
  const [first] = beyondRole;
  const what = first ? `${first.why} at ${first.commitLsn}` : 'the scope has commands that change the schema';
  throw new EstateError(
    'repair.needs_redo',
    `undoing in ${compartment}: ${what}; a catalog that an attacker could write never goes live: ask for the way redo`,
  );
}

/** Where a transaction stands in the index and in the WAL. */
export type Place = Pick<TransactionSummary, 'sequence' | 'commitLsn'>;

/** Gathers an attack from its transactions, given in any order. */
export class AttackReader {
  readonly #scope: Scope;
  readonly #requests = new Map<string, RecordedRequest>();
  readonly #routes = new Set<string>();
  readonly #sessions: Set<string>;
  readonly #accounts: Set<string>;
  readonly #beyond: Attack['beyondRole'] = [];
  #transactions = 0;
  #unattributed = 0;
  #first: TransactionSummary | undefined;
  readonly #emptied: TransactionSummary[] = [];
  #isWhole = true;

  constructor(scope: Scope) {
    this.#scope = scope;
    this.#sessions = new Set(scope.sessions);
    this.#accounts = new Set(scope.accounts);
  }

  add(transaction: TransactionSummary): void {
    this.#transactions += 1;
    if (this.#first === undefined || transaction.sequence < this.#first.sequence) this.#first = transaction;
    const isEmptying = transaction.tables.some(({ truncates }) => truncates > 0);
    if (isEmptying && this.#emptied.length < EMPTIED_AT_MOST) this.#emptied.push(transaction);
    const claims = claimsOf(transaction);
    const why = beyondRole(transaction, claims);
    if (why !== undefined && this.#beyond.length < TRANSACTIONS_OF_CATALOG)
      this.#beyond.push({ commitLsn: transaction.commitLsn, why });
    if (claims === undefined || claims.route.startsWith('job:')) this.#unattributed += 1;
    else this.#addRequest(claims);
  }

  /** Those of which the commit before must be known: the first of all, and each that emptied a table. */
  get turning(): readonly Place[] {
    return [...(this.#first ? [this.#first] : []), ...this.#emptied];
  }

  /** @param before where the commit before each of `turning` ends, by its sequence */
  attack(before: ReadonlyMap<number, string>): Attack {
    const cleanOf = (place: Place) => before.get(place.sequence) ?? null;
    return {
      transactions: this.#transactions,
      unattributed: this.#unattributed,
      beyondRole: this.#beyond,
      firstLsn: this.#first?.commitLsn ?? null,
      cleanLsn: this.#first ? cleanOf(this.#first) : null,
      emptied: this.#emptied.map((one) => ({ commitLsn: one.commitLsn, cleanLsn: cleanOf(one) })),
      requests: [...this.#requests.values()],
      isWhole: this.#isWhole,
      routes: [...this.#routes].sort().slice(0, 1000),
      sessions: [...this.#sessions].slice(0, 10_000),
      accounts: [...this.#accounts].slice(0, 10_000),
    };
  }

  #addRequest({ method, path, route, sessionId, accountId, address }: Claims): void {
    this.#routes.add(route);
    // Where nothing tells an attacker's writes from others, the sessions are those of honest people.
    const isTheirs = !this.#scope.everything;
    if (isTheirs && sessionId !== null) this.#sessions.add(sessionId);
    if (isTheirs && accountId !== null) this.#accounts.add(accountId);
    // One of each kind: the door decides by these, not by the body or the number in the path.
    const key = JSON.stringify([method, route, sessionId, accountId, address]);
    if (this.#requests.has(key)) return;
    if (this.#requests.size >= REQUESTS_AT_MOST) this.#isWhole = false;
    else this.#requests.set(key, { method, path, route, sessionId, accountId, address });
  }
}

/** Why a transaction reached further than the application's role can: DDL, TRUNCATE, or tables outside its schema. */
function beyondRole(transaction: TransactionSummary, claims: Claims | undefined): string | undefined {
  const [command] = transaction.ddl;
  if (command) return `${command.command} of ${command.identity}`.slice(0, 300);
  if (claims !== undefined) return undefined;
  const truncated = transaction.tables.find(({ truncates }) => truncates > 0);
  if (truncated) return `TRUNCATE of ${truncated.table} without a token`;
  const foreign = transaction.tables.find(({ table }) => !table.startsWith('public.'));
  return foreign && `a write to ${foreign.table} without a token`;
}

/**
 * What the door refuses from the reopening on. Sessions, accounts and addresses add to those that are blocked already;
 * routes stay closed until a patched build is ordered.
 */
export function composeBlocks(given: {
  readonly asked: AskedRepair | null;
  readonly attack: Attack | null;
  readonly standing: Blocks | undefined;
  readonly now: Date;
}): Blocks {
  const { asked, attack, standing, now } = given;
  const isAttack = asked !== null && asked.reverts === null;
  const before = now.toISOString();
  const accounts = new Map((standing?.accounts ?? []).map((one) => [one.account, one.before]));
  if (isAttack) for (const account of attack?.accounts ?? []) accounts.set(account, before);
  const routes = asked?.build ? [] : (standing?.routes ?? []);
  return {
    sessions: newest([...(standing?.sessions ?? []), ...(isAttack ? (attack?.sessions ?? []) : [])]),
    accounts: [...accounts].slice(-10_000).map(([account, at]) => ({ account, before: at })),
    addresses: newest([...(standing?.addresses ?? []), ...(isAttack ? asked.scope.addresses : [])]),
    routes: [...new Set([...routes, ...(asked?.closeRoutes ?? [])])].slice(0, 1000),
  };
}

function newest(values: readonly string[]): string[] {
  return [...new Set(values)].slice(-10_000);
}
