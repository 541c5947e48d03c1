import type { RowImage } from '@bulkhead/contracts';
import { isMaintenance, manifestName, onlyToken, type TransactionRule } from './rule.rules.ts';

/** T1565.001: a row that nobody has a reason to touch was changed, or truncated away [W6]. */
export const writeCanary: TransactionRule = {
  rule: 'write.canary',
  look: (transaction, { manifest }) => {
    const canaries = manifest.repair?.canaries ?? [];
    if (canaries.length === 0 || isMaintenance(onlyToken(transaction)?.route, manifest.name)) return null;
    const watched = new Set(canaries.map(({ table }) => table));
    if (!transaction.tables.some(({ table }) => watched.has(manifestName(table) ?? ''))) return null;
    const touched = new Set<string>();
    return {
      see: ({ table, kind, before, after }) => {
        const name = manifestName(table);
        for (const canary of canaries) {
          if (canary.table !== name) continue;
          const isTouched = kind === 'truncate' || hasKey(before, canary.key) || hasKey(after, canary.key);
          if (isTouched) touched.add(`${name} (${Object.values(canary.key).join(',')})`);
        }
      },
      tell: () =>
        touched.size === 0
          ? null
          : {
              summary:
                `a row of ${manifest.name} that nobody has a reason to touch was changed: ${[...touched].join(', ')}`.slice(
                  0,
                  500,
                ),
              evidence: { canary: [...touched].join(', ').slice(0, 500) },
            },
    };
  },
};

function hasKey(row: RowImage | null, key: Readonly<Record<string, string>>): boolean {
  return row !== null && Object.entries(key).every(([column, value]) => row[column] === value);
}
