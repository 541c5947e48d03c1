import type { Language } from '@bulkhead/contracts';
import type { Role } from '#role/role.rules.ts';

/** Whoever is signed in and asks for a page. */
export type Visitor = {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
  readonly language: Language;
  readonly delegationId: string;
  /** Those that count now. */
  readonly roles: readonly Role[];
};
