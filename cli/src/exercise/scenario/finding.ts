import { type DeskState, EMPTY_SCOPE, type Scope, type TransactionSummary } from '@bulkhead/contracts';
import { EstateError, sleepMs } from '@bulkhead/kernel';
import { searchHistory } from '#operator/desk.ts';
import type { Attack, Stage } from './scenario.ts';

const PAGE = 500;
const PAGES_LIMIT = 200;
const INDEXED_LIMIT_MS = 180_000;
const BEGUN_LIMIT_MS = 600_000;
const POLL_MS = 100;

/** The number of the newest finding: what comes after it is new. */
export async function newestFinding({ desk }: Pick<Stage, 'desk'>): Promise<number> {
  return (await desk.state()).findings.reduce((highest, { id }) => Math.max(highest, id), 0);
}

/** Waits for a finding about the compartment that is newer than `after`; @returns its rule and how long it took since the attack */
export async function untilFound(
  { desk, tell, compartment: attacked }: Stage,
  { newest, begunMs }: Attack,
): Promise<{ readonly rule: string; readonly findingMs: number }> {
  // That history cannot tell of a stretch says nothing of an attack.
  const isNew = ({ id, rule, compartment }: DeskState['findings'][number]) =>
    id > newest && compartment === attacked && !rule.startsWith('history.');
  const { findings } = await desk.until('the finding of the attack', (state) => state.findings.some(isNew));
  const findingMs = Math.round(performance.now() - begunMs);
  const rule = findings.filter(isNew).toSorted((one, other) => one.id - other.id)[0]?.rule ?? '';
  tell(`found after ${findingMs} ms by ${rule}`);
  return { rule, findingMs };
}

/** What a person finds who looks for a text in the history: all transactions that changed a row with it. */
export async function searchText(
  stage: Pick<Stage, 'running' | 'compartment'>,
  text: string,
  limitMs = INDEXED_LIMIT_MS,
): Promise<TransactionSummary[]> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = await listTransactions(stage, { text });
    if (found.length > 0) return found;
    if (performance.now() > deadline)
      throw new EstateError('process.unhealthy', `looking for "${text}" in the history of ${stage.compartment}: it is not there`);
    await sleepMs(POLL_MS);
  }
}

/**
 * Waits until history tells of what somebody honest writes now: before that nothing can be found in it. After a
 * recovery its jail is built anew. @returns how long it took
 */
export async function untilHistoryFollows(stage: Pick<Stage, 'running' | 'crew' | 'compartment'>, name: string): Promise<number> {
  const begunMs = performance.now();
  const text = await stage.crew.leaveNote(name);
  if (text !== undefined) await searchText(stage, text, BEGUN_LIMIT_MS);
  return Math.round(performance.now() - begunMs);
}

/** All pages of a search, oldest first. */
export async function listTransactions(
  { running, compartment }: Pick<Stage, 'running' | 'compartment'>,
  search: Parameters<typeof searchHistory>[2],
): Promise<TransactionSummary[]> {
  const found: TransactionSummary[] = [];
  let before: number | undefined;
  for (let at = 0; at < PAGES_LIMIT; at += 1) {
    const page = await searchHistory(running.desk, compartment, {
      ...search,
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
    });
    found.push(...page.transactions);
    if (page.next === null) break;
    before = page.next;
  }
  return found.toReversed();
}

/** A person sees from where the marked rows were written, and takes all that came from there: people work from one place. */
export async function scopeOfStrangers(stage: Stage): Promise<Scope> {
  const marked = await searchText(stage, stage.mark);
  const addresses = marked.flatMap(({ tokens }) => tokens.map(({ claims }) => claims?.address ?? ''));
  const strange = [...new Set(addresses)].filter((address) => address !== '' && address !== stage.running.estate.listenAddress);
  stage.tell(`marked rows were written from ${strange.join(' and ')}: that is the scope`);
  return { ...EMPTY_SCOPE, addresses: strange };
}
