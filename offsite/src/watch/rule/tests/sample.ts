import {
  type Attribution,
  type Change,
  type FindingReport,
  type FindingRule,
  parseManifest,
  type RowImage,
  type TransactionSummary,
} from '@bulkhead/contracts';
import { judgeTransaction } from '#watch/judge.actions.ts';
import { NOTHING_RECENT, type WatchContext } from '../rule.rules.ts';

const route = { origin: 'newsroom', method: 'POST', roles: ['editor'], maxBodyBytes: 1000 };

/** A compartment with two routes that write, a job, and a canary. */
export function sampleManifest(name = 'website', changes: Record<string, unknown> = {}) {
  return parseManifest({
    name,
    title: { en: name },
    level: 'native',
    needs: [],
    recoveryOrder: 1,
    origins: [{ host: 'newsroom', kind: 'staff', title: { en: 'Newsroom' } }],
    routes: [
      { ...route, id: 'article.change', path: '/change', writes: ['article', 'article_text'] },
      { ...route, id: 'account.roles', path: '/roles', writes: ['role_grant'] },
    ],
    jobs: [{ id: 'job:sessions.seen', writes: ['session'] }],
    roles: { editor: { en: 'Editor' } },
    checks: [],
    repair: { canaries: [{ table: 'article', key: { id: '1' } }], massRows: 100 },
    seal: { unreachable: 'stop', automatic: [] },
    ...changes,
  });
}

export function sampleContext(changes: Partial<WatchContext> = {}): WatchContext {
  return {
    manifest: sampleManifest(),
    ownHosts: new Set(['www.localhost', 'newsroom.localhost']),
    gatewayKeys: ['gateway-1', 'gateway-2'],
    jobKeys: ['jobs-1'],
    keyUses: [],
    boundedKeys: [],
    recent: NOTHING_RECENT,
    rowsOf: () => undefined,
    ...changes,
  };
}

export function token(changes: Partial<NonNullable<Attribution['claims']>> = {}, verdict: Attribution['verdict'] = 'verified') {
  const attribution: Attribution = {
    verdict,
    reason: verdict === 'refused' ? 'its signature does not match' : null,
    claims: {
      requestId: 'request-1',
      accountId: 'account-1',
      sessionId: 'session-1',
      address: '192.0.2.7',
      method: 'POST',
      path: '/change',
      route: 'article.change',
      keyId: 'gateway-1',
      issuedAt: '2026-03-01T12:00:00.000Z',
      ...changes,
    },
  };
  return attribution;
}

export const job = (name: string, keyId = 'jobs-1') => token({ route: name, keyId, sessionId: null, accountId: null });

export const inserted = (after: RowImage, table = 'public.article'): Change => ({
  kind: 'insert',
  table,
  before: null,
  after,
  unresolved: [],
});
export const updated = (before: RowImage, after: RowImage, table = 'public.article'): Change => ({
  kind: 'update',
  table,
  before,
  after: { ...before, ...after },
  unresolved: [],
});
export const deleted = (before: RowImage, table = 'public.article'): Change => ({
  kind: 'delete',
  table,
  before,
  after: null,
  unresolved: [],
});

/** A transaction that made these changes. */
export function transaction(changes: readonly Change[], given: Partial<TransactionSummary> = {}): TransactionSummary {
  const tables = new Map<string, TransactionSummary['tables'][number]>();
  for (const { table, kind } of changes) {
    const counted = tables.get(table) ?? { table, inserts: 0, updates: 0, deletes: 0, truncates: 0 };
    tables.set(table, { ...counted, [`${kind}s`]: counted[`${kind}s`] + 1 });
  }
  return {
    sequence: 7,
    systemId: '7300000000000000001',
    timeline: 1,
    commitLsn: '0/16B3748',
    xid: '735',
    committedAt: '2026-03-01T12:00:01.000Z',
    state: 'decoded',
    tokens: [token()],
    ddl: [],
    tables: [...tables.values()],
    changes: changes.length,
    ...given,
  };
}

/** What all rules together find. */
export function judge(
  changes: readonly Change[],
  given: Partial<TransactionSummary> = {},
  context: Partial<WatchContext> = {},
): FindingReport[] {
  return judgeTransaction(transaction(changes, given), changes, sampleContext(context));
}

export function rulesOf(found: readonly FindingReport[]): FindingRule[] {
  return found.map(({ rule }) => rule);
}
