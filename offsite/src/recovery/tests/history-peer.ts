import {
  historySearchSchema,
  namedAskedSchema,
  planRequestSchema,
  type RepairPlan,
  type RepairStep,
  scopeSchema,
  type TransactionSummary,
} from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { readWireBody, type WireApp } from '@bulkhead/wire';
import { isInScope } from '../attack.rules.ts';

/** History's laws as recovery meets them, over transactions that a test writes down. */
export class HistoryPeer {
  transactions: TransactionSummary[] = [];
  reconciledLsn = '0/4000000';
  steps: RepairStep[] = [];
  fromCopy: RepairPlan['fromCopy'] = [];
  dependents: RepairPlan['dependents'] = [];
  readonly plans: string[] = [];
  /** Names that stand in changes. */
  names: readonly string[] = [];
  /** Changes the digest that a plan claims. */
  lies = false;

  addRoutes(app: WireApp, carryOut: <T>(call: string, work: () => Promise<T>) => Promise<T>): void {
    app.get('/compartments/:c', (c) =>
      c.json({
        compartment: c.req.param('c'),
        systemId: '7000000000000000001',
        timeline: 1,
        indexedLsn: this.reconciledLsn,
        reconciledLsn: this.reconciledLsn,
        transactions: this.transactions.length,
        changes: 0,
        unknown: 0,
        gaps: [],
        fault: null,
      }),
    );
    app.post('/compartments/:c/named', async (c) => {
      const { digests } = await readWireBody(c.req.raw, namedAskedSchema);
      return c.json({ found: digests.filter((digest) => this.names.includes(digest)) });
    });
    app.post('/compartments/:c/search', async (c) => {
      const asked = await readWireBody(c.req.raw, historySearchSchema);
      return carryOut('history.search', async () => {
        const { session, account, address, request, untagged, xid, toAt } = asked;
        const isAll = !session && !account && !address && !request && !untagged;
        const scope = scopeSchema.parse({
          sessions: session ? [session] : [],
          accounts: account ? [account] : [],
          addresses: address ? [address] : [],
          requests: request ? [request] : [],
          untagged: untagged ?? false,
          everything: isAll,
        });
        const found = this.transactions
          .filter((one) => (xid === undefined || one.xid === xid) && (toAt === undefined || one.committedAt <= toAt))
          .filter((one) => isInScope(one, scope) && one.sequence < (asked.before ?? Number.POSITIVE_INFINITY))
          .sort((left, right) => right.sequence - left.sequence);
        // Two a page, so that every test goes through several.
        const page = found.slice(0, 2);
        return c.json({ transactions: page, next: found.length > 2 ? (page.at(-1)?.sequence ?? null) : null });
      });
    });
    app.post('/compartments/:c/scope', async (c) => {
      const scope = await readWireBody(c.req.raw, scopeSchema);
      const met = this.transactions.filter((one) => isInScope(one, scope));
      return c.json({
        shares: [],
        transactions: met.length,
        rows: met.length,
        firstAt: null,
        lastAt: null,
        hasDdl: met.some(({ ddl }) => ddl.length > 0),
        leftBehind: { transactions: 0, rows: 0 },
      });
    });
    app.post('/compartments/:c/plans', async (c) => {
      const asked = await readWireBody(c.req.raw, planRequestSchema);
      return carryOut('history.plan', async () => {
        this.plans.push(asked.id);
        const plan: RepairPlan = {
          id: asked.id,
          compartment: c.req.param('c'),
          way: asked.way,
          scope: asked.scope,
          systemId: '7000000000000000001',
          digest: sha256Hex(this.lies ? 'another' : this.#lines()),
          transactions: 1,
          changes: this.steps.length,
          steps: this.steps.length,
          tables: [{ table: 'public.article', updates: this.steps.length, inserts: 0, deletes: 0 }],
          dependents: this.dependents,
          dependentCount: this.dependents.length,
          fromCopy: this.fromCopy,
        };
        return c.json(plan);
      });
    });
    app.get('/compartments/:c/plans/:id/steps', async (c) => carryOut('history.steps', async () => c.body(this.#lines())));
  }

  #lines(): string {
    return this.steps.map((step) => `${JSON.stringify(step)}\n`).join('');
  }
}

/** A transaction as an index tells of it: of a session's request, unless told otherwise. */
export function transaction(
  sequence: number,
  of: Partial<NonNullable<TransactionSummary['tokens'][number]['claims']>> | null,
  changes: Partial<TransactionSummary> = {},
): TransactionSummary {
  const claims = of && {
    requestId: `request-${sequence}`,
    accountId: 'mallory',
    sessionId: 'session-of-mallory',
    address: '192.0.2.7',
    method: 'POST',
    path: '/articles',
    route: 'article.add',
    keyId: 'gateway-1',
    issuedAt: '2026-01-01T00:00:00.000Z',
    ...of,
  };
  return {
    sequence,
    systemId: '7000000000000000001',
    timeline: 1,
    commitLsn: `0/${(0x3000000 + sequence * 0x100).toString(16).toUpperCase()}`,
    xid: String(700 + sequence),
    committedAt: `2026-01-01T00:00:${String(sequence).padStart(2, '0')}.000Z`,
    state: 'decoded',
    tokens: claims ? [{ verdict: 'verified', reason: null, claims }] : [],
    ddl: [],
    tables: [{ table: 'public.article', inserts: 1, updates: 0, deletes: 0, truncates: 0 }],
    changes: 1,
    ...changes,
  };
}
