import type { FindingRule } from '@bulkhead/contracts';
import type { LinkStatus } from '@bulkhead/link';
import type { Seen } from './rule.rules.ts';

/** What a rule of the link compares: how its process stands, how it stood at the look before, and the time. */
export type LinkLook = {
  readonly status: LinkStatus;
  readonly before: LinkStatus | undefined;
  readonly beforeAt: Date | undefined;
  readonly now: Date;
};
export type LinkRule = { readonly rule: FindingRule; readonly look: (look: LinkLook) => Seen | null };

/** How much a count has grown; one of a process that was started anew begins at nothing. */
export function grownBy(status: number, before: number | undefined): number {
  return before === undefined || status < before ? status : status - before;
}
