/** What the access log says of one request. */
export type AccessEntry = {
  readonly at: Date;
  readonly requestId: string;
  readonly address: string;
  readonly method: string;
  readonly host: string;
  /** As it was sent. */
  readonly target: string;
  readonly status: number;
  readonly bytes: number;
  readonly tookMs: number;
  readonly compartment: string | null;
  readonly route: string | null;
  readonly accountId: string | null;
};

const TARGET_LIMIT = 500;

/** One line of JSON. Of a query only the names of its parameters are written: values may be secrets [G17]. */
export function writeAccessLine(entry: AccessEntry): string {
  return `${JSON.stringify({
    process: 'gateway',
    kind: 'access',
    time: entry.at.toISOString(),
    requestId: entry.requestId,
    address: entry.address,
    method: entry.method,
    host: entry.host.slice(0, 100),
    path: withoutValues(entry.target),
    status: entry.status,
    bytes: entry.bytes,
    tookMs: Math.round(entry.tookMs * 10) / 10,
    compartment: entry.compartment ?? undefined,
    route: entry.route ?? undefined,
    accountId: entry.accountId ?? undefined,
  })}\n`;
}

function withoutValues(target: string): string {
  const mark = target.indexOf('?');
  if (mark < 0) return target.slice(0, TARGET_LIMIT);
  const names = target
    .slice(mark + 1)
    .split('&')
    .map((pair) => pair.split('=')[0]);
  return `${target.slice(0, mark)}?${names.join('&')}`.slice(0, TARGET_LIMIT);
}
