import { EMPTY_SCOPE, type Scope, scopeSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import { getIncident, getTransaction } from '#operator/desk.ts';
import { type Given, type Option, textOf } from '../command.ts';
import { readInstant } from './instant.ts';

/** The options by which a person tells which transactions count as compromised. */
export const SCOPE_OPTIONS: Readonly<Record<string, Option>> = {
  incident: { type: 'string', value: 'number', help: 'the scope that an incident proposes; more criteria add to it' },
  session: { type: 'string', value: 'ids', help: 'sessions, joined by commas' },
  account: { type: 'string', value: 'ids', help: 'accounts, joined by commas' },
  address: { type: 'string', value: 'addresses', help: 'network addresses, joined by commas' },
  request: { type: 'string', value: 'ids', help: 'requests, joined by commas' },
  transaction: { type: 'string', value: 'numbers', help: 'transactions by their number in "bulkhead history"' },
  untagged: { type: 'boolean', help: 'every transaction without exactly one verified token' },
  everything: { type: 'boolean', help: 'every transaction between --from and --to' },
  from: { type: 'string', value: 'instant', help: 'not before: 2026-11-21T14:05Z, or 15m ago' },
  to: { type: 'string', value: 'instant', help: 'not after: 2026-11-21T14:20Z, or 5m ago' },
};
const FEWEST_WORDS = 'for example --incident 3, --session <id>, --untagged, or --everything --from 15m --to 5m';

/**
 * Reads the scope that a person gave.
 * @throws EstateError `input.invalid` when nothing tells which transactions count
 */
export async function readScope(given: Given, desk: WirePeer, compartment: string, now: Date): Promise<Scope> {
  const proposed = await readProposed(given, desk, compartment);
  const instant = (option: 'from' | 'to') => {
    const text = textOf(given, option);
    return text === undefined ? null : readInstant(option, text, now);
  };
  const scope = scopeSchema.parse({
    ...proposed,
    sessions: [...proposed.sessions, ...listOf(given, 'session')],
    accounts: [...proposed.accounts, ...listOf(given, 'account')],
    addresses: [...proposed.addresses, ...listOf(given, 'address')],
    requests: [...proposed.requests, ...listOf(given, 'request')],
    transactions: [...proposed.transactions, ...(await readTransactions(given, desk, compartment))],
    untagged: proposed.untagged || given.options['untagged'] === true,
    everything: proposed.everything || given.options['everything'] === true,
    fromAt: instant('from') ?? proposed.fromAt,
    toAt: instant('to') ?? proposed.toAt,
  });
  if (isEmpty(scope)) throw new EstateError('input.invalid', `reading the scope: say which transactions count, ${FEWEST_WORDS}`);
  if (scope.everything && (scope.fromAt === null || scope.toAt === null))
    throw new EstateError(
      'input.invalid',
      'reading the scope: --everything needs --from and --to, for example --from 15m --to 5m',
    );
  return scope;
}

/** Whether a scope names no transaction at all. */
export function isEmpty(scope: Scope): boolean {
  const { sessions, accounts, addresses, requests, keyIds, transactions } = scope;
  const named = [sessions, accounts, addresses, requests, keyIds, transactions].some(({ length }) => length > 0);
  return !named && !scope.untagged && !scope.everything;
}

/** The words that give this scope once more, for a person to type or to change. */
export function writeScope(scope: Scope): string {
  const lists = [
    ['session', scope.sessions],
    ['account', scope.accounts],
    ['address', scope.addresses],
    ['request', scope.requests],
  ] as const;
  return [
    ...lists.filter(([, values]) => values.length > 0).map(([option, values]) => `--${option} ${values.join(',')}`),
    ...(scope.untagged ? ['--untagged'] : []),
    ...(scope.everything ? ['--everything'] : []),
    ...(scope.fromAt ? [`--from ${scope.fromAt}`] : []),
    ...(scope.toAt ? [`--to ${scope.toAt}`] : []),
  ].join(' ');
}

/** The values of an option that takes several, joined by commas. */
export function listOf(given: Given, option: string): string[] {
  const text = textOf(given, option) ?? '';
  return text
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);
}

async function readProposed(given: Given, desk: WirePeer, compartment: string): Promise<Scope> {
  const text = textOf(given, 'incident');
  if (text === undefined) return EMPTY_SCOPE;
  const incident = await getIncident(desk, readNumber('incident', text));
  if (incident.compartment === compartment) return incident.proposed;
  throw new EstateError(
    'input.invalid',
    `reading --incident ${text}: it is of ${incident.compartment}; try "bulkhead undo ${incident.compartment} --incident ${text}"`,
  );
}

async function readTransactions(given: Given, desk: WirePeer, compartment: string): Promise<Scope['transactions']> {
  const found: Scope['transactions'] = [];
  for (const text of listOf(given, 'transaction')) {
    const { transaction } = await getTransaction(desk, compartment, readNumber('transaction', text));
    found.push({ timeline: transaction.timeline, commitLsn: transaction.commitLsn });
  }
  return found;
}

/** @throws EstateError `input.invalid`, with an example */
export function readNumber(option: string, text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new EstateError('input.invalid', `reading --${option} ${text}: it must be a whole number, for example --${option} 12`);
}
