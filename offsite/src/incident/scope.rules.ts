import { type Finding, type FindingRule, type Scope, scopeSchema } from '@bulkhead/contracts';

/** Something that a finding of an incident names. */
export type Named = { readonly rule: string; readonly kind: string; readonly value: string; readonly at: Date };

/**
 * What each rule may put into a scope. A session is named only by what no honest session does; a transaction that rode on
 * somebody else's request names itself alone, for that person is a victim.
 */
const SCOPED: Partial<Record<FindingRule, readonly string[]>> = {
  'write.untagged': ['transaction'],
  'write.tagged_twice': ['transaction'],
  'write.badly_tagged': ['transaction'],
  'write.key_out_of_range': ['transaction'],
  'write.without_receipt': ['transaction'],
  'write.outside_set': ['request', 'transaction'],
  'write.canary': ['session', 'request', 'transaction'],
  'write.mass_change': ['session', 'request', 'transaction'],
  'write.foreign_content': ['session', 'request', 'transaction'],
  'role.granted': ['session', 'request', 'transaction'],
  'catalog.changed': ['transaction'],
};
/** Rules of which the mere presence says that all without a good token is the attacker's. */
const UNTAGGED: ReadonlySet<string> = new Set<FindingRule>(['write.untagged', 'write.badly_tagged']);
/** Rules that say that code within the process wrote under other people's requests. */
export const INSIDE: ReadonlySet<string> = new Set<FindingRule>(['code.changed', 'write.outside_set', 'write.tagged_twice']);
/** Rules that say that the catalog, or the gateway's key, was in somebody's hands. */
const BEYOND_ROWS: Partial<Record<FindingRule, string>> = {
  'catalog.changed': 'the schema was changed outside a release: whoever did may have written anything since, in any name',
  'write.key_out_of_range': 'a key that was replaced is being used: tokens that it signed prove nothing',
  'history.gap': 'history cannot tell what was changed here: two restored points have to be compared',
  'history.lost': 'history could not be kept for a time: two restored points have to be compared',
};

/** What the findings of an incident name: to be looked at and changed by a person before anything is undone [W14]. */
export function proposeScope(named: readonly Named[]): Scope {
  const listed = (kind: string, limit: number) =>
    [...new Set(named.filter((one) => one.kind === kind && isScoped(one)).map(({ value }) => value))].slice(0, limit);
  const untagged = named.some(({ rule }) => UNTAGGED.has(rule));
  return scopeSchema.parse({
    sessions: listed('session', 1000),
    requests: listed('request', 10_000),
    // Transactions that another criterion covers are not repeated, so that the shares stay readable.
    transactions: untagged ? listedTransactions(named.filter(({ rule }) => !UNTAGGED.has(rule))) : listedTransactions(named),
    untagged,
  });
}

/** Whether a scope takes anything in. */
export function namesAnything({
  sessions,
  accounts,
  addresses,
  requests,
  keyIds,
  transactions,
  untagged,
  everything,
}: Scope): boolean {
  const named = [sessions, accounts, addresses, requests, keyIds, transactions].some((list) => list.length > 0);
  return named || untagged || everything;
}

/** A scope in a few words, for people. */
export function tellScope({ sessions, requests, transactions, untagged }: Scope): string {
  const counted = [
    [sessions.length, 'session'],
    [requests.length, 'request'],
    [transactions.length, 'transaction'],
  ] as const;
  const told = counted.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}${count === 1 ? '' : 's'}`]));
  return [...told, ...(untagged ? ['writes without a token'] : [])].join(', ');
}

function listedTransactions(named: readonly Named[]): Scope['transactions'] {
  const found = named.filter((one) => one.kind === 'transaction' && isScoped(one) && !namesSession(one));
  const places = [...new Set(found.map(({ value }) => value))].slice(0, 10_000);
  return places.flatMap((place) => {
    const [timeline, commitLsn] = place.split(' ');
    return commitLsn === undefined ? [] : [{ timeline: Number(timeline), commitLsn }];
  });
}

function isScoped({ rule, kind }: Named): boolean {
  return (SCOPED as Record<string, readonly string[] | undefined>)[rule]?.includes(kind) ?? false;
}

// Its session is in the scope already.
function namesSession({ rule }: Named): boolean {
  return (SCOPED as Record<string, readonly string[] | undefined>)[rule]?.includes('session') ?? false;
}

export type Window = { readonly fromAt: string; readonly toAt: string | null; readonly reason: string };

/** Stretches of time in which nothing tells an attacker's writes from others: a person decides [W15]. */
export function listWindows(
  findings: readonly Pick<Finding, 'rule' | 'evidence' | 'seenAt'>[],
  given: { readonly runningSinceAt: string | null; readonly sealedAt: string | null; readonly openedAt: string },
): Window[] {
  const inside = findings.filter(({ rule }) => INSIDE.has(rule));
  const windows: Window[] = [];
  if (inside.length > 0) {
    const started = inside.map(({ evidence }) => instantOf(evidence['startedAt'])).filter((at) => at !== null);
    windows.push({
      fromAt: earliest([...started, ...(given.runningSinceAt ? [given.runningSinceAt] : [])]) ?? given.openedAt,
      toAt: given.sealedAt,
      reason: `code inside the process may have written under any request since it started (${listRules(inside)})`,
    });
  }
  for (const [rule, reason] of Object.entries(BEYOND_ROWS)) {
    const found = findings.filter((finding) => finding.rule === rule || (rule === 'catalog.changed' && isOfCluster(finding)));
    const fromAt = earliest(found.map(({ evidence, seenAt }) => instantOf(evidence['committedAt']) ?? seenAt));
    if (fromAt !== null) windows.push({ fromAt, toAt: given.sealedAt, reason });
  }
  return windows;
}

/** Roles changed in the cluster itself, not by rows of identity's: whoever did could do anything there. */
function isOfCluster({ rule, evidence }: Pick<Finding, 'rule' | 'evidence'>): boolean {
  return rule === 'role.granted' && evidence['catalogs'] !== undefined;
}

function listRules(findings: readonly Pick<Finding, 'rule'>[]): string {
  return [...new Set(findings.map(({ rule }) => rule))].join(', ');
}

function earliest(instants: readonly string[]): string | null {
  return [...instants].sort()[0] ?? null;
}

function instantOf(text: string | undefined): string | null {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
