import type { Estate, FindingReport, Language } from '@bulkhead/contracts';

export const PAGE_LIMIT = 500;
export const SEEN_LIMIT = 500;
/** Room for both fields in the longest writing that a form can give them. */
export const REPORT_BYTES = 16_384;

const WINDOW_MS = 600_000;
const A_NETWORK = 5;
const ALTOGETHER = 60;
const NETWORKS_LIMIT = 10_000;

/** What a person wrote into the form. */
export type PersonReport = { readonly page: string; readonly seen: string };

/** Reads the form: two fields and nothing else counts. Undefined when one is missing or too long. */
export function readReport(body: string): PersonReport | undefined {
  const fields = new URLSearchParams(body);
  const page = tidy(fields.get('page') ?? '');
  const seen = withoutPersons(tidy(fields.get('seen') ?? ''));
  if (page.length < 3 || page.length > PAGE_LIMIT || seen.length < 3 || seen.length > SEEN_LIMIT) return undefined;
  return { page, seen };
}

/** One line without characters that steer a terminal, a page or the direction of text. */
function tidy(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replaceAll(/[\p{Cf}\p{Co}\p{Cn}\p{Cs}]/gu, '')
    .trim();
}

/** A report stays in the ledger: addresses of people do not belong there. */
function withoutPersons(text: string): string {
  return text
    .replaceAll(/[^\s@<>()]{1,64}@[^\s@<>()]{1,190}\.[^\s@<>()]{2,24}/g, '[e-mail address]')
    .replaceAll(/\+\d[\d ().-]{6,20}\d/g, '[telephone number]');
}

/** What a report says off-site: the page without its query, which may hold what is the reader's own. */
export function describeReport(
  { page, seen }: PersonReport,
  estate: Pick<Estate, 'compartments' | 'domain'>,
  language: Language,
): Omit<FindingReport, 'seenAt'> {
  const url = parsePage(page);
  const compartment = url ? compartmentOf(url.hostname, estate) : null;
  return {
    rule: 'report.person',
    compartment,
    summary: `somebody reports a page: ${seen.slice(0, 200)}`,
    evidence: {
      page: url ? `${url.origin}${url.pathname}`.slice(0, 500) : 'an address that cannot be read',
      said: seen,
      language,
      ...(url && compartment === null ? { host: 'of none of our services' } : {}),
    },
  };
}

/** People leave out the scheme. */
function parsePage(page: string): URL | null {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(page) ? page : `https://${page}`;
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) ? url : null;
}

function compartmentOf(hostname: string, { compartments, domain }: Pick<Estate, 'compartments' | 'domain'>): string | null {
  const found = compartments.find(({ manifest }) =>
    manifest.origins.some(({ host }) => `${host}.${domain}` === hostname.toLowerCase()),
  );
  return found?.manifest.name ?? null;
}

/** How many reports are taken: some from each network, and no more than people can read. */
export class ReportLimit {
  readonly #byNetwork = new Map<string, number[]>();
  #all: number[] = [];

  /** Counts one in, if there is room for it. */
  take(address: string, nowMs: number): boolean {
    const isRecent = (at: number) => at > nowMs - WINDOW_MS;
    const network = networkOf(address);
    const own = (this.#byNetwork.get(network) ?? []).filter(isRecent);
    this.#all = this.#all.filter(isRecent);
    if (own.length >= A_NETWORK || this.#all.length >= ALTOGETHER) return false;
    this.#byNetwork.delete(network);
    this.#byNetwork.set(network, [...own, nowMs]);
    this.#all.push(nowMs);
    const [oldest] = this.#byNetwork.keys();
    if (this.#byNetwork.size > NETWORKS_LIMIT && oldest !== undefined) this.#byNetwork.delete(oldest);
    return true;
  }
}

/** One household has as many addresses of IPv6 as it likes: its first 64 bits count. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [head = '', tail = ''] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const missing = 8 - groups.length - tail.split(':').filter(Boolean).length;
  const all = address.includes('::') ? [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...tail.split(':')] : groups;
  return all.slice(0, 4).join(':');
}
