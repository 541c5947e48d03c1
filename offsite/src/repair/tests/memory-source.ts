import type { RowImage, Scope } from '@bulkhead/contracts';
import {
  comparePlaces,
  type Page,
  type Place,
  type RecordedChange,
  type RecordedTransaction,
  type RepairSource,
} from '#repair/source.ts';
import { type KnownTables, keyOf, keyText } from '#repair/table.rules.ts';

export type RememberedTransaction = RecordedTransaction & {
  readonly token: string | null;
  readonly changes: readonly RecordedChange[];
};

/** History in memory. A scope's `sessions` are compared with the transactions' tokens as they stand. */
export class MemorySource implements RepairSource {
  readonly transactions: readonly RememberedTransaction[];
  readonly #byKey = new Map<string, RecordedChange[]>();
  readonly #byTable = new Map<string, RecordedChange[]>();
  /** How many changes were handed out: what a plan costs. */
  handedOut = 0;

  constructor(transactions: readonly RememberedTransaction[], tables: KnownTables) {
    this.transactions = transactions;
    for (const recorded of transactions.flatMap(({ changes }) => changes)) {
      const { table: name, before, after } = recorded.change;
      const table = tables.get(name);
      if (table === undefined) continue;
      const keys = new Set([before, after].filter((image) => image !== null).map((image) => keyText(keyOf(table, image))));
      for (const key of keys) push(this.#byKey, `${name} ${key}`, recorded);
      push(this.#byTable, name, recorded);
    }
  }

  readonly systemId = () => null;

  readonly listTransactions = (scope: Scope | null, page: Page<number>) =>
    pageOf(
      this.transactions.filter((transaction) => scope === null || isMeant(scope, transaction)),
      page,
      ({ sequence }, beyond) => sequence - beyond,
    );

  readonly sequenceFrom = (lsn: string) =>
    this.transactions.find(({ origin }) => lsnOf(origin.commitLsn) >= lsnOf(lsn))?.sequence ?? this.transactions.length + 1;

  readonly listChanges = (sequence: number, page: Page<number>) =>
    this.#hand(
      pageOf(
        this.transactions.find((one) => one.sequence === sequence)?.changes ?? [],
        page,
        ({ place }, beyond) => place.index - beyond,
      ),
    );

  readonly listRowChanges = (table: string, key: RowImage, page: Page<Place>) =>
    this.#hand(pageOf(this.#byKey.get(`${table} ${keyText(key)}`) ?? [], page, byPlace));

  readonly listHolding = (table: string, values: RowImage, page: Page<Place>) => {
    const holding = (this.#byTable.get(table) ?? []).filter(({ change }) =>
      Object.entries(values).every(([column, value]) => change.after?.[column] === value),
    );
    return this.#hand(pageOf(holding, page, byPlace));
  };

  #hand(changes: RecordedChange[]): RecordedChange[] {
    this.handedOut += changes.length;
    return changes;
  }
}

function isMeant(scope: Scope, { token, origin }: RememberedTransaction): boolean {
  if (scope.everything || (scope.untagged && token === null)) return true;
  if (scope.transactions.some(({ commitLsn }) => commitLsn === origin.commitLsn)) return true;
  return token !== null && scope.sessions.includes(token);
}

function byPlace({ place }: RecordedChange, beyond: Place): number {
  return comparePlaces(place, beyond);
}

function pageOf<One, At>(all: readonly One[], page: Page<At>, compare: (one: One, beyond: At) => number): One[] {
  const { order, beyond, limit } = page;
  const sign = order === 'oldest' ? 1 : -1;
  const ordered = order === 'oldest' ? all : all.toReversed();
  return ordered.filter((one) => beyond === null || compare(one, beyond) * sign > 0).slice(0, limit);
}

function push(map: Map<string, RecordedChange[]>, key: string, recorded: RecordedChange): void {
  const list = map.get(key) ?? [];
  list.push(recorded);
  map.set(key, list);
}

function lsnOf(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
