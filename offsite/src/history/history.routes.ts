import {
  type HistoryStatus,
  historyPageSchema,
  historySearchSchema,
  historyStatusSchema,
  namedAskedSchema,
  namedFoundSchema,
  rowLifeRequestSchema,
  rowLifeSchema,
  scopeCountSchema,
  scopeSchema,
  type TransactionSummary,
  transactionSchema,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { readWireBody, type WireApp } from '@bulkhead/wire';
import { searchNames } from './name-search.actions.ts';
import { countScope, type IndexReader, readRowLife, searchHistory, type TextKeeper } from './search.actions.ts';

const BODY_BYTES = 4_194_304;
const CHANGES_SHOWN = 1_000;
const PAGE = 200;
const WAIT_LIMIT_MS = 20_000;

/** What the routes need of one compartment. */
export type CompartmentHistory = {
  readonly reader: IndexReader;
  readonly texts?: TextKeeper;
  readonly status: () => HistoryStatus;
  /** Resolves when something was added, or after a time. */
  readonly untilAdded: (waitMs: number) => Promise<void>;
};

/** Adds history's API. What it answers was written by whoever wrote to the database: callers treat it so. */
export function addHistoryRoutes(
  app: WireApp,
  compartments: ReadonlyMap<string, CompartmentHistory>,
  monotonicMs: () => number,
): void {
  const find = (name: string): CompartmentHistory => {
    const found = compartments.get(name);
    if (found) return found;
    throw new EstateError('compartment.unknown', `looking for the history of ${name}: there is no such compartment`);
  };
  app.get('/health', (c) => c.json({ ok: true }));
  app.get('/compartments/:name', (c) => c.json(historyStatusSchema.parse(find(c.req.param('name')).status())));
  app.get('/compartments/:name/transactions', async (c) => {
    const history = find(c.req.param('name'));
    const after = readNumber(c.req.query('after') ?? '0', 'after');
    const waitMs = Math.min(readNumber(c.req.query('wait') ?? '0', 'wait'), WAIT_LIMIT_MS);
    const transactions = await listAfter(history, after, waitMs);
    return c.json(historyPageSchema.parse({ transactions, next: null }));
  });
  app.get('/compartments/:name/transactions/:sequence', (c) => {
    const { reader } = find(c.req.param('name'));
    const sequence = readNumber(c.req.param('sequence'), 'sequence');
    const transaction = reader.findTransaction(sequence);
    if (!transaction)
      throw new EstateError('request.not_found', `reading transaction ${sequence}: history has none of this number`);
    const changes = reader
      .listChanges(sequence, { order: 'oldest', beyond: null, limit: CHANGES_SHOWN })
      .map(({ change }) => change);
    return c.json(transactionSchema.parse({ transaction, changes, isWhole: changes.length === transaction.changes }));
  });
  app.post('/compartments/:name/search', async (c) => {
    const { reader, texts } = find(c.req.param('name'));
    const search = await readWireBody(c.req.raw, historySearchSchema, BODY_BYTES);
    return c.json(historyPageSchema.parse(await searchHistory(reader, search, monotonicMs, texts)));
  });
  app.post('/compartments/:name/row', async (c) => {
    const { reader } = find(c.req.param('name'));
    return c.json(rowLifeSchema.parse(readRowLife(reader, await readWireBody(c.req.raw, rowLifeRequestSchema, BODY_BYTES))));
  });
  app.post('/compartments/:name/named', async (c) => {
    const { reader } = find(c.req.param('name'));
    const { digests } = await readWireBody(c.req.raw, namedAskedSchema, BODY_BYTES);
    return c.json(namedFoundSchema.parse({ found: await searchNames(reader, digests) }));
  });
  app.post('/compartments/:name/scope', async (c) => {
    const { reader } = find(c.req.param('name'));
    return c.json(scopeCountSchema.parse(await countScope(reader, await readWireBody(c.req.raw, scopeSchema, BODY_BYTES))));
  });
}

async function listAfter(
  { reader, untilAdded }: CompartmentHistory,
  after: number,
  waitMs: number,
): Promise<TransactionSummary[]> {
  const found = reader.listAfter(after, PAGE);
  if (found.length > 0 || waitMs === 0) return found;
  await untilAdded(waitMs);
  return reader.listAfter(after, PAGE);
}

function readNumber(text: string, name: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new EstateError('input.invalid', `reading ${name}: must be a whole number such as 1`);
}
