import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { DELEGATION_ADMINISTRATOR, writeRole } from '#role/role.rules.ts';
import { ASSOCIATE_MEMBERS, MEMBER_STATES, namesOfRow } from './state-names.ts';

export const DELEGATION_KINDS = ['member-state', 'associate-member', 'igo', 'ngo', 'secretariat', 'media', 'public'] as const;
export type DelegationKind = (typeof DELEGATION_KINDS)[number];
export const DELEGATION_STATUSES = ['active', 'ended'] as const;
export type DelegationStatus = (typeof DELEGATION_STATUSES)[number];

/** The delegation that every estate begins with. */
export const SECRETARIAT = 'secretariat';
export const CODE = /^[A-Z0-9][A-Z0-9-]{1,15}$/;
export const LONGEST_NAME = 200;

export type Names = Partial<Readonly<Record<Language, string>>> & { readonly en: string };
export type Delegation = {
  readonly id: string;
  readonly kind: DelegationKind;
  readonly code: string;
  readonly names: Names;
  /** `compartment/role` that its people can be given. */
  readonly holds: readonly string[];
  readonly status: DelegationStatus;
  readonly version: number;
  readonly isSample: boolean;
  readonly createdAt: Date;
};
export type NewDelegation = Pick<Delegation, 'id' | 'kind' | 'code' | 'names' | 'holds' | 'isSample'>;
/** One line of the list. */
export type DelegationLine = Delegation & { readonly people: number; readonly administrators: number };

/** What a delegation is called in a language, else in English. */
export function nameIn(names: Readonly<Record<string, string | undefined>>, language: Language): string {
  return names[language] ?? names['en'] ?? '';
}

/** What delegations of a kind hold to begin with. */
export function usualHolds(kind: DelegationKind): readonly string[] {
  return kind === 'public' || kind === 'media' ? [] : [writeRole(DELEGATION_ADMINISTRATOR)];
}

/** The States that every estate knows: members and associate members. */
export function listStates(): readonly NewDelegation[] {
  const of = (kind: DelegationKind, prefix: string) => (row: (typeof MEMBER_STATES)[number]) => ({
    id: `${prefix}-${row[0].toLowerCase()}`,
    kind,
    code: row[0],
    names: namesOfRow(row),
    holds: usualHolds(kind),
    isSample: false,
  });
  return [...MEMBER_STATES.map(of('member-state', 'state')), ...ASSOCIATE_MEMBERS.map(of('associate-member', 'associate'))];
}

export type DelegationFilter = {
  readonly text: string;
  readonly kind: DelegationKind | null;
  readonly page: number;
};
const PAGE_SIZE = 50;

/** The lines that fit a filter, in the order of the language, and the page that is asked for. */
export function pickDelegations<Line extends Delegation>(
  all: readonly Line[],
  filter: DelegationFilter,
  language: Language,
): { readonly lines: readonly Line[]; readonly found: number; readonly hasMore: boolean } {
  const wanted = fold(filter.text);
  const fits = all.filter(
    (one) =>
      (filter.kind === null || one.kind === filter.kind) &&
      (wanted === '' ||
        [one.code, ...LANGUAGES.map((each) => one.names[each] ?? '')].some((text) => fold(text).includes(wanted))),
  );
  const order = new Intl.Collator(language);
  const sorted = fits.toSorted((left, right) => order.compare(nameIn(left.names, language), nameIn(right.names, language)));
  const from = (filter.page - 1) * PAGE_SIZE;
  return { lines: sorted.slice(from, from + PAGE_SIZE), found: fits.length, hasMore: fits.length > from + PAGE_SIZE };
}

// As people look for a name: without accents and capitals.
function fold(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().trim();
}
