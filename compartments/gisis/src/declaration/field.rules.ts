/**
 * The kinds of fields that a record can have, and what a declaration may say of each. Plain data: what a kind means (its column, its
 * control in a form, how it is read, shown, searched and exported) stands in `value/`, one file a kind.
 */

/**
 * Who may see a field: everybody, people of Member States, officers of any Member State (people who hold an officer's role here), people
 * of the record's own State, officers of that State, or the Secretariat alone. Names and lines of persons are for officers.
 */
export const SIGHTS = ['public', 'members', 'officers', 'own-state', 'own-officers', 'secretariat'] as const;
export type Sight = (typeof SIGHTS)[number];

type Said = {
  /** One or two sentences beside the control: what is meant, in which unit, as in which source. */
  readonly help?: string;
  /** A record cannot be filed without it. */
  readonly required?: true;
  /** `public` unless told. */
  readonly seenBy?: Sight;
  /** It holds from a day on: a change asks since when, and the record keeps what held before. */
  readonly effective?: true;
  /** Nobody types it: the rule of this name decides it from the other fields whenever the record is kept (`modules/decisions.ts`). */
  readonly decidedBy?: string;
  /** Only these acts of the workflow fill it in: who files or changes the record does not (the answer of another State). */
  readonly filledBy?: readonly string[];
};
type Titled = Said & { readonly title: string };
/** The values of a choice, by the code that is kept: code → words for people. */
export type Choices = Readonly<Record<string, string>>;

export type Field = Titled &
  (
    | { readonly kind: 'text'; readonly most: number }
    | { readonly kind: 'lines'; readonly most: number }
    | { readonly kind: 'yes-no' }
    | { readonly kind: 'whole'; readonly least: number; readonly most: number; readonly unit?: string }
    | { readonly kind: 'amount'; readonly least: number; readonly most: number; readonly decimals: number; readonly unit: string }
    | { readonly kind: 'day'; readonly notAfter?: 'today' }
    | { readonly kind: 'moment'; readonly notAfter?: 'now' }
    | { readonly kind: 'period' }
    | { readonly kind: 'position' }
    | { readonly kind: 'area' }
    | { readonly kind: 'state' }
    | { readonly kind: 'states' }
    | { readonly kind: 'locode' }
    | { readonly kind: 'imo-number' }
    | { readonly kind: 'company-number' }
    | { readonly kind: 'mmsi' }
    | { readonly kind: 'call-sign' }
    | { readonly kind: 'choice'; readonly of: Choices }
    | { readonly kind: 'choices'; readonly of: Choices }
    | { readonly kind: 'reference'; readonly to: string }
    | { readonly kind: 'link' }
    | { readonly kind: 'file'; readonly types: readonly string[]; readonly mostBytes: number }
  );
export type Kind = Field['kind'];
export type FieldOf<K extends Kind> = Extract<Field, { kind: K }>;

/** One line of text. */
export const text = (title: string, { most = 200, ...said }: Said & { readonly most?: number } = {}): Field => ({
  kind: 'text',
  title,
  most,
  ...said,
});
/** Several lines of text. */
export const lines = (title: string, { most = 4000, ...said }: Said & { readonly most?: number } = {}): Field => ({
  kind: 'lines',
  title,
  most,
  ...said,
});
export const yesNo = (title: string, said: Said = {}): Field => ({ kind: 'yes-no', title, ...said });
/** A whole number within bounds. */
export const whole = (
  title: string,
  { least = 0, most, ...said }: Said & { readonly least?: number; readonly most: number; readonly unit?: string },
): Field => ({ kind: 'whole', title, least, most, ...said });
/** A number with decimals, in a unit. */
export const amount = (
  title: string,
  {
    least = 0,
    decimals = 2,
    ...said
  }: Said & { readonly least?: number; readonly most: number; readonly decimals?: number; readonly unit: string },
): Field => ({ kind: 'amount', title, least, decimals, ...said });
export const day = (title: string, said: Said & { readonly notAfter?: 'today' } = {}): Field => ({ kind: 'day', title, ...said });
/** Date and time, typed with its zone and kept in UTC. */
export const moment = (title: string, said: Said & { readonly notAfter?: 'now' } = {}): Field => ({
  kind: 'moment',
  title,
  ...said,
});
/** From one day to another, both included; the end may be open. */
export const period = (title: string, said: Said = {}): Field => ({ kind: 'period', title, ...said });
/** Latitude and longitude (WGS 84), typed in any of the common notations. */
export const position = (title: string, said: Said = {}): Field => ({ kind: 'position', title, ...said });
/** An area of the sea by its corners, each typed as a position is. */
export const area = (title: string, said: Said = {}): Field => ({ kind: 'area', title, ...said });
/** A State, by ISO 3166-1 alpha-3. */
export const state = (title: string, said: Said = {}): Field => ({ kind: 'state', title, ...said });
export const states = (title: string, said: Said = {}): Field => ({ kind: 'states', title, ...said });
/** UN/LOCODE: a port. */
export const locode = (title: string, said: Said = {}): Field => ({ kind: 'locode', title, ...said });
/** The number of a ship, seven digits with a check digit (resolution A.1117(30)). */
export const imoNumber = (title: string, said: Said = {}): Field => ({ kind: 'imo-number', title, ...said });
/** The number of a company or registered owner, seven digits with a check digit (resolution MSC.160(78)). */
export const companyNumber = (title: string, said: Said = {}): Field => ({ kind: 'company-number', title, ...said });
/** Maritime mobile service identity (ITU-R M.585). */
export const mmsi = (title: string, said: Said = {}): Field => ({ kind: 'mmsi', title, ...said });
export const callSign = (title: string, said: Said = {}): Field => ({ kind: 'call-sign', title, ...said });
/** One of a list. */
export const choice = (title: string, of: Choices, said: Said = {}): Field => ({ kind: 'choice', title, of, ...said });
/** Any of a list. */
export const choices = (title: string, of: Choices, said: Said = {}): Field => ({ kind: 'choices', title, of, ...said });
/** A record of another module. */
export const reference = (title: string, to: string, said: Said = {}): Field => ({ kind: 'reference', title, to, ...said });
/** An https address. */
export const link = (title: string, said: Said = {}): Field => ({ kind: 'link', title, ...said });
/** A file, kept as a blob. */
export const file = (
  title: string,
  {
    types = ['application/pdf'],
    mostBytes = 20_971_520,
    ...said
  }: Said & { readonly types?: readonly string[]; readonly mostBytes?: number } = {},
): Field => ({ kind: 'file', title, types, mostBytes, ...said });
