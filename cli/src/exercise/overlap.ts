import type { RowImage, RowLife, TransactionSummary } from '@bulkhead/contracts';
import type { WirePeer } from '@bulkhead/wire';
import { getRowLife, getTransaction, searchHistory } from '#operator/desk.ts';
import type { HonestRequest } from './people/at-work.ts';
import { COMPARTMENT } from './scenario/scenario.ts';

const KEYS: Readonly<Record<string, readonly string[]>> = {
  'public.article': ['id'],
  'public.article_version': ['article_id', 'number'],
  'public.article_text': ['article_id', 'version_number', 'language'],
};

/** Of honest changes on top of an attack, those that wrote a cell which the attack had written before. */
export async function listOverlapping(
  desk: WirePeer,
  onTop: readonly HonestRequest[],
  attack: readonly TransactionSummary[],
): Promise<HonestRequest[]> {
  const attacked = new Set(attack.map(({ sequence }) => sequence));
  const found: HonestRequest[] = [];
  for (const request of onTop) if (await overlaps(desk, request, attacked)) found.push(request);
  return found;
}

async function overlaps(desk: WirePeer, { requestId }: HonestRequest, attacked: ReadonlySet<number>): Promise<boolean> {
  const { transactions } = await searchHistory(desk, COMPARTMENT, { request: requestId });
  for (const { sequence } of transactions) {
    // Ridden by the attack itself: it goes with it.
    if (attacked.has(sequence)) continue;
    const { changes } = await getTransaction(desk, COMPARTMENT, sequence);
    const rows = new Set(changes.flatMap(({ table, before, after }) => nameRow(table, after ?? before)));
    for (const row of rows) {
      const [table = '', key = ''] = row.split(' ');
      const life = await getRowLife(desk, COMPARTMENT, table, key);
      const own = listWritten(life, (at) => at === sequence);
      const earlier = listWritten(life, (at) => attacked.has(at) && at < sequence);
      if ([...own].some((column) => earlier.has(column))) return true;
    }
  }
  return false;
}

/** Columns of a row that transactions wrote otherwise than they stood: taken away and added again counts as changed. */
function listWritten({ steps }: RowLife, isWanted: (sequence: number) => boolean): ReadonlySet<string> {
  const written = new Set<string>();
  for (const sequence of new Set(steps.map(({ transaction }) => transaction.sequence))) {
    if (!isWanted(sequence)) continue;
    const own = steps.filter(({ transaction }) => transaction.sequence === sequence).map(({ change }) => change);
    const before = own.find((change) => change.before !== null)?.before ?? {};
    const after = own.findLast((change) => change.after !== null)?.after ?? {};
    for (const column of new Set([...Object.keys(before), ...Object.keys(after)]))
      if (before[column] !== after[column]) written.add(column);
  }
  return written;
}

function nameRow(table: string, image: RowImage | null): string[] {
  const columns = KEYS[table];
  return columns && image ? [`${table} ${columns.map((column) => image[column] ?? '').join(',')}`] : [];
}
