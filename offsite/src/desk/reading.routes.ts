import type { Finding, RepairPlan, TableDescription } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { readWireBody, type WireApp } from '@bulkhead/wire';
import type { z } from 'zod';
import { describeIncident, listIncidents, type ScopeDeps } from '#incident/scope.actions.ts';
import type { HistoryPeer } from '#peer/history.actions.ts';
import { answerOf } from './answer.rules.ts';
import { askedSchemas, findingsQuerySchema, numberSchema, previewSchema } from './reading.rules.ts';

const SMALL = 65_536;
/** A scope may name ten thousand transactions. */
const SCOPE = 4_194_304;

export type ReadingDeps = Omit<ScopeDeps, 'history'> & {
  readonly history: HistoryPeer;
  readonly compartments: ReadonlySet<string>;
  readonly listFindingsAfter: (after: number, limit: number) => Promise<readonly Finding[]>;
  /** The tables as the compartment's standby describes them. */
  readonly readSchema: (compartment: string) => Promise<readonly TableDescription[]>;
  readonly newId: () => string;
};

/** What operators read: findings, incidents with the scope that they propose, and all of history. */
export function addReadingRoutes(app: WireApp, deps: ReadingDeps): void {
  app.get('/findings', async (c) => {
    const { after, limit } = read(findingsQuerySchema, c.req.query(), 'findings: `after` and `limit`');
    return c.json({ findings: await deps.listFindingsAfter(after, limit) });
  });
  app.get('/incidents', async (c) => c.json(await listIncidents(deps)));
  app.get('/incidents/:id', async (c) => {
    const id = read(numberSchema, c.req.param('id'), 'an incident: its number');
    return c.json(await describeIncident(deps, id));
  });
  addHistoryReading(app, deps);
}

function addHistoryReading(app: WireApp, deps: ReadingDeps): void {
  const { history } = deps;
  app.get('/history/:compartment', async (c) =>
    c.json(await answerOf(history.readStatus(named(deps, c.req.param('compartment'))))),
  );
  app.post('/history/:compartment/search', async (c) => {
    const asked = await readWireBody(c.req.raw, askedSchemas.search, SMALL);
    return c.json(await answerOf(history.search(named(deps, c.req.param('compartment')), asked)));
  });
  app.get('/history/:compartment/transactions/:sequence', async (c) => {
    const sequence = read(numberSchema, c.req.param('sequence'), 'a transaction: its place in the index');
    return c.json(await answerOf(history.readTransaction(named(deps, c.req.param('compartment')), sequence)));
  });
  app.post('/history/:compartment/row', async (c) => {
    const asked = await readWireBody(c.req.raw, askedSchemas.row, SMALL);
    return c.json(await answerOf(history.readRow(named(deps, c.req.param('compartment')), asked)));
  });
  app.post('/history/:compartment/scope', async (c) => {
    const asked = await readWireBody(c.req.raw, askedSchemas.scope, SCOPE);
    return c.json(await answerOf(history.countScope(named(deps, c.req.param('compartment')), asked)));
  });
  app.post('/history/:compartment/plans', async (c) => {
    const asked = await readWireBody(c.req.raw, previewSchema, SCOPE);
    return c.json(await previewPlan(deps, named(deps, c.req.param('compartment')), asked));
  });
}

/** What a repair would do, from the tables as the standby has them now; nothing is done. */
async function previewPlan(deps: ReadingDeps, compartment: string, asked: z.infer<typeof previewSchema>): Promise<RepairPlan> {
  const tables = await deps.readSchema(compartment);
  return answerOf(deps.history.plan(compartment, { ...asked, id: `preview-${deps.newId()}`, tables: [...tables] }));
}

function named({ compartments }: ReadingDeps, compartment: string): string {
  if (compartments.has(compartment)) return compartment;
  throw new EstateError('compartment.unknown', `reading history: there is no compartment ${compartment.slice(0, 40)}`);
}

function read<Schema extends z.ZodType>(schema: Schema, given: unknown, what: string): z.infer<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new EstateError('input.invalid', `reading ${what} must be whole numbers within their limits`, { cause: parsed.error });
}
