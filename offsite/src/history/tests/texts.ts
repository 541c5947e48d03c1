import type { Change, RowImage } from '@bulkhead/contracts';
import type { IndexWriter } from '../index-writer.store.ts';

/** What people write, in the scripts of the estate's six languages, with letters that change in their case. */
const WORDS = [
  ...'Pilot ladder SAFETY lighthouse ship-to-shore 100%_ "quoted" back\\slash tab\there it’s <b>'.split(' '),
  ...'سلامة السفن في البحر المُحيط قانون الملاحة'.split(' '),
  ...'海事 安全 委员会 船舶 导航 港口国 監督 海上人命安全公约 𠮷野'.split(' '),
  ...'École Sécurité À BORD naïve œuvre ŒUVRE Île'.split(' '),
  ...'Безопасность МОРЕ море порт Ёлка судоходство'.split(' '),
  ...'Señalización ÑANDÚ navegación ¿Qué? acción'.split(' '),
  ...'ΟΔΟΣ οδος ΟΔΟΣΑ İstanbul ẞ ß 🚢⚓ é'.split(' '),
];

/** The same numbers at each run. */
export function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export function drawText(random: (below: number) => number, words = 1 + random(12)): string {
  return Array.from({ length: words }, () => WORDS[random(WORDS.length)]).join(random(3) === 0 ? '' : ' ');
}

export function drawChange(random: (below: number) => number, id: number): Change {
  const kind = (['insert', 'update', 'delete'] as const)[random(3)] ?? 'insert';
  const row = (): RowImage => ({ id: String(id), title: drawText(random), body: random(4) === 0 ? null : drawText(random, 20) });
  const [before, after] = [kind === 'insert' ? null : row(), kind === 'delete' ? null : row()];
  return { kind, table: `public.t${random(3)}`, before, after, unresolved: [] };
}

/** Writes a transaction; one that was written as unknown before is told by its sequence. */
export function writeTransaction(
  writer: IndexWriter,
  changes: readonly Change[],
  given: { readonly lsn: number; readonly account?: string; readonly unknown?: number; readonly isUnknown?: boolean },
): number {
  const claims = given.account === undefined ? undefined : claimsOf(given.account, given.lsn);
  writer.start();
  for (const change of changes) writer.addChange(change);
  const { sequence } = writer.finish(
    {
      place: { systemId: '7', timeline: 1, lsn: given.lsn, xid: String(given.lsn) },
      committedAt: new Date(Date.UTC(2026, 2, 1) + given.lsn * 1000).toISOString(),
      state: given.isUnknown ? 'unknown' : 'decoded',
      tokens: claims === undefined ? [] : [{ verdict: 'verified', reason: null, claims }],
      ddl: [],
    },
    given.unknown,
  );
  return sequence;
}

function claimsOf(accountId: string, lsn: number) {
  return {
    requestId: `request-${lsn}`,
    accountId,
    sessionId: null,
    address: '192.0.2.7',
    method: 'POST',
    path: '/notes',
    route: 'note.save',
    keyId: 'gateway-1',
    issuedAt: '2026-03-01T00:00:00.000Z',
  };
}
