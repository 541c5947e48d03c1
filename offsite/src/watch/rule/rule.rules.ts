import type {
  Attribution,
  Change,
  CompartmentManifest,
  FindingReport,
  FindingRule,
  RowImage,
  TokenKey,
  TransactionSummary,
} from '@bulkhead/contracts';

/** What a rule saw. The evidence common to all findings about a transaction is added by `evidenceOf`. */
export type Seen = Pick<FindingReport, 'summary' | 'evidence'>;

/** What is known of a key from the transactions before this one: the first that it signed here. */
export type KeyUse = { readonly keyId: string; readonly firstAt: string; readonly firstLsn: string };

/** What one session (or nobody) changed within the last minute, this transaction not counted. */
export type Recent = {
  /** Texts that lost their order. */
  readonly scrambled: number;
  /** Table → marks of the rows that stood before and were changed or removed. */
  readonly marks: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** The same of rows that it added itself: to go on working on them is no attack on what stands. */
  readonly born: ReadonlyMap<string, ReadonlyMap<string, number>>;
};
export const NOTHING_RECENT: Recent = { scrambled: 0, marks: new Map(), born: new Map() };

/** What the rules know besides the transaction. */
export type WatchContext = {
  readonly manifest: CompartmentManifest;
  /** Hosts of the estate, such as www.example.org: what points there is not foreign. */
  readonly ownHosts: ReadonlySet<string>;
  /** Ids of the keys of the gateway and of headquarters' jobs, oldest first in each. */
  readonly gatewayKeys: readonly string[];
  readonly jobKeys: readonly string[];
  readonly keyUses: readonly KeyUse[];
  /** Keys of which the trust file says from where to where they are valid. */
  readonly boundedKeys: readonly TokenKey[];
  readonly recent: Recent;
  /** Rows that a table is known to hold; undefined if nothing is known. */
  readonly rowsOf: (table: string) => number | undefined;
};

/** One look at one transaction: every change is shown to it, then it is asked. */
export type Look = { readonly see?: (change: Change) => void; readonly tell: () => Seen | null };

export type TransactionRule = {
  readonly rule: FindingRule;
  /** Begins to look; null when the rule has nothing to say about such a transaction. */
  readonly look: (transaction: TransactionSummary, context: WatchContext) => Look | null;
};

/** A rule that needs no change, only the summary. */
export function lookOnce(tell: () => Seen | null): Look {
  return { tell };
}

/** Whether transactions of this compartment carry tokens: an adopted one below L2 knows nothing of them. */
export function isTagged({ manifest }: Pick<WatchContext, 'manifest'>): boolean {
  return manifest.level === 'native' || manifest.level === 'L2';
}

/** The one verified token of a transaction; undefined if it has none, another number, or one that was refused. */
export function onlyToken({ tokens }: Pick<TransactionSummary, 'tokens'>): NonNullable<Attribution['claims']> | undefined {
  const [token] = tokens;
  return tokens.length === 1 && token?.verdict === 'verified' ? (token.claims ?? undefined) : undefined;
}

/** Tells rows of a table apart well enough to count them: keys stand first in nearly every table. */
export function markOf(row: RowImage): string {
  return Object.values(row).slice(0, 2).join('\n').slice(0, 200);
}

/** Work of the estate itself that may touch every table: releases, preparations and repairs. */
export function isMaintenance(route: string | undefined, compartment: string): boolean {
  return route === REPAIR_ROUTE || ['migrate', 'prepare'].some((job) => route === `job:${compartment}.${job}`);
}

/** What off-site's own transactions in a restored copy are tagged with. */
export const REPAIR_ROUTE = 'job:repair';

/** `public.article` is `article` in a manifest; tables of other schemas have no name there. */
export function manifestName(table: string): string | undefined {
  return table.startsWith('public.') ? table.slice('public.'.length) : undefined;
}

/** Whether the transaction changed anything that somebody wrote. */
export function hasWritten({ tables, ddl, state }: TransactionSummary): boolean {
  return state === 'decoded' && (tables.length > 0 || ddl.length > 0);
}

/** Where a transaction stands, and whom its tokens name: what a scope is proposed from. */
export function evidenceOf(transaction: TransactionSummary): Record<string, string> {
  const claims = transaction.tokens.find(({ claims: found }) => found !== null)?.claims;
  const isTrusted = transaction.tokens.length === 1 && transaction.tokens[0]?.verdict === 'verified';
  return {
    lsn: transaction.commitLsn,
    timeline: String(transaction.timeline),
    xid: transaction.xid,
    sequence: String(transaction.sequence),
    committedAt: transaction.committedAt,
    ...(claims ? tellClaims(claims, isTrusted) : {}),
    ...(transaction.tables.length > 0
      ? {
          table: transaction.tables
            .map(({ table }) => table)
            .join(', ')
            .slice(0, 500),
        }
      : {}),
  };
}

// Who a refused token names is hearsay: it is told, and puts nobody into a scope.
function tellClaims(claims: NonNullable<Attribution['claims']>, isTrusted: boolean): Record<string, string> {
  if (!isTrusted) return { claimedRequest: claims.requestId, claimedRoute: claims.route, key: claims.keyId };
  return {
    request: claims.requestId,
    route: claims.route,
    key: claims.keyId,
    ...(claims.sessionId ? { session: claims.sessionId } : {}),
    ...(claims.accountId ? { account: claims.accountId } : {}),
    ...(claims.address ? { address: claims.address } : {}),
  };
}

/** Cuts a list for people. */
export function listShortly(items: Iterable<string>, limit = 5): string {
  const all = [...items];
  return all.length <= limit ? all.join(', ') : `${all.slice(0, limit).join(', ')} and ${all.length - limit} more`;
}
