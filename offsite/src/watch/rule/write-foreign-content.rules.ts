import type { Change } from '@bulkhead/contracts';
import { findForeign, isOwnAddress } from './foreign-content.rules.ts';
import { isMaintenance, listShortly, manifestName, onlyToken, type TransactionRule } from './rule.rules.ts';

/** T1189: script, frames, foreign form targets or handlers in a value that was written, and was not there before [W8]. */
export const writeForeignContent: TransactionRule = {
  rule: 'write.foreign_content',
  look: (transaction, { manifest, ownHosts }) => {
    if (transaction.changes === 0 || isMaintenance(onlyToken(transaction)?.route, manifest.name)) return null;
    const isOwn = isOwnAddress(ownHosts);
    const found = new Map<string, string>();
    return {
      see: (change) => {
        if (found.size < 20) for (const [where, what] of listNew(change, isOwn)) found.set(where, what);
      },
      tell: () => {
        const [first] = found;
        if (!first) return null;
        return {
          summary: `foreign content was written into ${listShortly(found.keys())} of ${manifest.name}`.slice(0, 500),
          evidence: { column: first[0].slice(0, 500), content: first[1].slice(0, 500) },
        };
      },
    };
  },
};

function listNew({ table, before, after }: Change, isOwn: (url: string) => boolean): [string, string][] {
  return Object.entries(after ?? {}).flatMap(([column, value]): [string, string][] => {
    if (value === null || value === before?.[column]) return [];
    const found = findForeign(value, isOwn);
    if (found.length === 0) return [];
    const known = new Set(findForeign(before?.[column] ?? '', isOwn).map(({ kind, text }) => `${kind} ${text}`));
    const [fresh] = found.filter(({ kind, text }) => !known.has(`${kind} ${text}`));
    return fresh ? [[`${manifestName(table) ?? table}.${column}`, `${fresh.kind}: ${fresh.text}`]] : [];
  });
}
