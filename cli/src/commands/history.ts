import type { HistorySearch } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import { getRunningEstate } from '#estate/run.ts';
import { readInstant } from '#investigation/instant.ts';
import { readNumber } from '#investigation/scope.ts';
import { tellRowLife, tellTransaction, tellTransactions } from '#investigation/transaction.ts';
import { getRowLife, getTransaction, searchHistory } from '#operator/desk.ts';
import { type Command, EXIT, type Given, JSON_OPTION, type Surroundings, textOf } from '../command.ts';

const SEARCHED = ['account', 'session', 'address', 'request', 'route', 'xid', 'text', 'key'] as const;
const MOST_SHOWN = 1000;

export const command: Command = {
  summary: 'Search who changed what: transactions, their rows before and after, a row’s whole life.',
  words: '<compartment>',
  count: [1, 1],
  options: {
    account: { type: 'string', value: 'id', help: 'of this account' },
    session: { type: 'string', value: 'id', help: 'of this session' },
    address: { type: 'string', value: 'address', help: 'from this network address' },
    request: { type: 'string', value: 'id', help: 'of this request' },
    route: { type: 'string', value: 'id', help: 'through this route of the manifest' },
    table: { type: 'string', value: 'name', help: 'that changed this table' },
    key: { type: 'string', value: 'key', help: 'that changed the row with this key (with --table)' },
    text: { type: 'string', value: 'text', help: 'with this text in a value, before or after' },
    xid: { type: 'string', value: 'number', help: 'with this transaction id of PostgreSQL' },
    untagged: { type: 'boolean', help: 'without exactly one verified token' },
    from: { type: 'string', value: 'instant', help: 'not before: 2026-11-21T14:05Z, or how long ago: 90s, 15m, 2h, 1d' },
    to: { type: 'string', value: 'instant', help: 'not after, written the same way' },
    row: { type: 'string', value: 'table:key', help: 'all that ever happened to one row, such as article_text:12,1,en' },
    transaction: { type: 'string', value: 'number', help: 'one transaction, its rows before and after' },
    before: { type: 'string', value: 'number', help: 'the next page: what stands before this number' },
    limit: { type: 'string', value: 'number', help: 'how many to show; 50 unless told' },
    json: JSON_OPTION,
  },
  details: `
Newest first. Every criterion given must hold. Rows are shown as +added ~changed -deleted. Ids of accounts and
sessions are cut to fit: --transaction <number> gives them whole, for --account and --session.

Where the route should stand:
  UNTAGGED       nobody was let in to write this: it came past the door
  REFUSED TOKEN  it carries a token that does not verify; --transaction tells why
  2 TOKENS       more than one, which no request of ours makes
  UNKNOWN        committed, and its rows are not decoded (yet); an adopted application carries no tokens at all

Examples:
  bulkhead history website
  bulkhead history website --text "foreign words" --from 2h
  bulkhead history website --row article_text:12,1,en
  bulkhead history website --transaction 412`,
  run: async (given, surroundings) => {
    const search = readSearch(given, surroundings.now());
    const { desk } = await getRunningEstate(surroundings.paths);
    const compartment = given.words[0] ?? '';
    const [row, transaction] = [textOf(given, 'row'), textOf(given, 'transaction')];
    if (row !== undefined) return showRow(given, surroundings, desk, row);
    if (transaction === undefined) return showPage(given, surroundings, desk, search);
    const found = await getTransaction(desk, compartment, readNumber('transaction', transaction));
    return show(given, surroundings, found, tellTransaction(found));
  },
};

async function showRow(given: Given, surroundings: Surroundings, desk: WirePeer, row: string): Promise<number> {
  const cut = row.indexOf(':');
  if (cut < 1 || cut === row.length - 1)
    throw new EstateError('input.invalid', `reading --row ${row}: give table and key, for example --row article_text:12,1,en`);
  const life = await getRowLife(desk, given.words[0] ?? '', withSchema(row.slice(0, cut)), row.slice(cut + 1));
  return show(given, surroundings, life, tellRowLife(life));
}

async function showPage(given: Given, surroundings: Surroundings, desk: WirePeer, search: HistorySearch): Promise<number> {
  const compartment = given.words[0] ?? '';
  const page = await searchHistory(desk, compartment, search);
  const lines =
    page.transactions.length > 0
      ? tellTransactions(page.transactions)
      : ['Nothing of this stands in the history: drop a criterion, or look further back with --from.'];
  if (page.next !== null) lines.push(`More: the same command with --before ${page.next}`);
  return show(given, surroundings, page, lines);
}

function show(given: Given, { print }: Surroundings, found: unknown, lines: readonly string[]): number {
  if (given.options['json']) print(JSON.stringify(found));
  else for (const line of lines) print(line);
  return EXIT.done;
}

function readSearch(given: Given, now: Date): HistorySearch {
  const table = textOf(given, 'table');
  if (table === undefined && textOf(given, 'key') !== undefined)
    throw new EstateError('input.invalid', 'reading --key: it needs --table, for example --table article --key 12');
  const [from, to, before] = [textOf(given, 'from'), textOf(given, 'to'), textOf(given, 'before')];
  const limit = textOf(given, 'limit');
  return {
    ...Object.fromEntries(
      SEARCHED.map((name) => [name, textOf(given, name)] as const).filter(([, value]) => value !== undefined),
    ),
    ...(table === undefined ? {} : { table: withSchema(table) }),
    ...(from === undefined ? {} : { fromAt: readInstant('from', from, now) }),
    ...(to === undefined ? {} : { toAt: readInstant('to', to, now) }),
    ...(given.options['untagged'] ? { untagged: true } : {}),
    ...(before === undefined ? {} : { before: readNumber('before', before) }),
    ...(limit === undefined ? {} : { limit: Math.min(MOST_SHOWN, readNumber('limit', limit)) }),
  };
}

function withSchema(table: string): string {
  return table.includes('.') ? table : `public.${table}`;
}
