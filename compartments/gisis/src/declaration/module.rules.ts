import type { Field } from './field.rules.ts';
import type { Say } from './terms.rules.ts';

/** Where in the law a module rests. */
export type Source = { readonly instrument: string; readonly clause?: string };

/**
 * Who may do something with a record: `officer`, of the State whose record it is, with the module's role; `recognized-organization`,
 * which that State authorised to file for it; `supplier` of the data; the `secretariat`; `other-state`: the officer of a State that a
 * field of the record names.
 */
export const ACTORS = ['officer', 'recognized-organization', 'supplier', 'secretariat'] as const;
export type Actor = (typeof ACTORS)[number] | { readonly officerOf: string };

/** Who is told of an act: officers of the record's State, of the State that a field names, of every State, or the Secretariat. */
export type Told = 'own-state' | 'secretariat' | 'every-state' | { readonly stateIn: string };

/** One step in the life of a record. */
export type Act = {
  /** What is done, such as "Close the report". */
  readonly title: string;
  readonly from: readonly string[];
  readonly to: string;
  readonly by: readonly Actor[];
  /** Fields that must be filled in by then; the act's form asks for them. */
  readonly needs?: readonly string[];
  /** Fields that it empties. */
  readonly clears?: readonly string[];
  readonly tells?: readonly Told[];
};

export type Workflow = {
  /** Code → what people read; the first is where a record begins. */
  readonly states: Readonly<Record<string, string>>;
  /** States in which nobody but the record's State and the Secretariat sees it. */
  readonly unpublished?: readonly string[];
  readonly acts: Readonly<Record<string, Act>>;
};

/** Something owed to others by a day: shown in the calendar of whoever owes it, and told before and after it falls due. */
export type Duty = {
  /** What calendars and reminders know it by, once and for all. */
  readonly name: string;
  readonly title: string;
  /** Who owes it: the record's State, or the one that a field names. */
  readonly owedBy: 'own-state' | { readonly stateIn: string };
  /** The field (day or moment) from which it counts, and when it is due: so many days later, or on a day (MM-DD) of the next year. */
  readonly from: string;
  readonly due: { readonly days: number } | { readonly nextYearOn: string };
  /** Owed as long as this field is empty, or the record stands in one of these states of its workflow. */
  readonly until: { readonly filled: string } | { readonly leaves: readonly string[] };
  /** Owed only where this field has one of these values. */
  readonly where?: { readonly field: string; readonly among: readonly string[] };
  /** Owed only where this field is filled in. */
  readonly given?: string;
  /** Who is told beside the State that owes it. */
  readonly tells?: readonly Told[];
  readonly source?: Source;
};

/**
 * A report that the State of each record owes every year, begun or not: it is owed as long as no record of another module tells of that
 * year. Who does not see the reports does not learn that one is missing.
 */
export type YearlyReport = {
  /** What calendars know it by, once and for all; no duty of the module has the same. */
  readonly name: string;
  readonly title: string;
  /** The module that holds the reports, and its fields that name the record and the year. */
  readonly heldIn: { readonly module: string; readonly record: string; readonly year: string };
  /** The day (MM-DD) of the next year on which it is due. */
  readonly dueOn: string;
  readonly firstYear: number;
  /** Owed of records in these states of the workflow alone, */
  readonly states: readonly string[];
  /** in which this number is so large, */
  readonly atLeast: { readonly field: string; readonly value: number };
  /** this choice is empty or one of these, */
  readonly among: { readonly field: string; readonly values: readonly string[] };
  /** and this year is empty or not after the one reported. */
  readonly since: string;
  readonly source?: Source;
};

/** A page that is made of many records of a module: a matrix, a list of a month. What stands on it is code in the module's folder. */
export type Page = {
  /** In its address: `monthly` of piracy is /piracy/monthly, and /piracy/monthly.csv. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** The page of each record leads to it: it shows one record where its address says `?of=<reference>`. */
  readonly ofRecord?: true;
};

/** What recognized organizations may file for States that authorised them. */
export type Organizations = {
  /** An authorization for one of these functions is needed, and that it may file for the State. */
  readonly functions: readonly string[];
  /** The field that keeps under which account an organization filed a record: it sees and changes those alone. Nobody types it. */
  readonly filedBy: string;
};

export type Chart = {
  readonly title: string;
  /** Along the axis: the year or month of a field, or its values. */
  readonly by: { readonly year: string } | { readonly month: string } | { readonly field: string };
  /** Stacked by the values of a choice. */
  readonly split?: string;
};

/**
 * A State shows others what is otherwise for itself: `choose` is the field of choices that names what it releases, `to` the one that
 * says to whom (`members` or `public`), and `opens` tells which fields each of the choices opens.
 */
export type Release = {
  readonly choose: string;
  readonly to: string;
  readonly opens: Readonly<Record<string, readonly string[]>>;
};

export type Declaration = {
  /** In addresses, route ids and roles: `piracy` gives /piracy, `piracy.list` and the role `piracy-officer`. */
  readonly name: string;
  readonly title: string;
  /** What the module holds and who files it, in a paragraph. */
  readonly about: string;
  readonly law: readonly Source[];
  /** What one record is called, and several. */
  readonly record: { readonly one: string; readonly many: string };
  readonly table: string;
  /** Its name for ever and its address: drawn (PIR-2020-0042, the year that of a field), or a field that is unique. */
  readonly reference: { readonly prefix: string; readonly yearOf?: string } | { readonly field: string };
  /** Fields that a link to a record says, joined. */
  readonly label: readonly string[];
  readonly fields: Readonly<Record<string, Field>>;
  /** The fields in the order of form and page, in groups with a heading. */
  readonly groups: readonly { readonly title: string; readonly fields: readonly string[] }[];
  /** The field that says whose record it is; or nobody's but the Secretariat's. */
  readonly owner: { readonly stateIn: string } | 'secretariat';
  /** Who may file, change and withdraw records. */
  readonly writers: readonly Actor[];
  readonly workflow?: Workflow;
  readonly list: {
    readonly columns: readonly string[];
    readonly facets: readonly string[];
    /** The first is the usual one; "-" before a field's name for the highest first. */
    readonly sorts: readonly string[];
    /** Fields that the search box looks into. */
    readonly search: readonly string[];
  };
  /** `area`: what is drawn beside the marks. */
  readonly map?: { readonly position: string; readonly colour?: string; readonly area?: string };
  readonly charts?: readonly Chart[];
  readonly duties?: readonly Duty[];
  readonly yearlyReports?: readonly YearlyReport[];
  /** Of records with the same values in these fields there is one. */
  readonly unique?: readonly (readonly string[])[];
  /** Records alike in these fields are probably the same: whoever files one is asked. */
  readonly alike?: readonly (readonly string[])[];
  /**
   * Its records are parts of those that this reference field names (the investigations of a casualty): shown and added on the page of
   * the whole, seen by whom the whole is seen by, and not among the modules of the home page.
   */
  readonly partOf?: string;
  /** What a State may release of its record to others, by an act of its own. */
  readonly release?: Release;
  readonly organizations?: Organizations;
  /** Seen by Parties to this instrument alone (its short name, as the status of treaties has it), and by the Secretariat. */
  readonly partiesTo?: string;
  /** A day (`since`) that an act tells stands as a marker on what the field `of` said then, until an act empties it. */
  readonly markers?: readonly { readonly since: string; readonly of: string }[];
  /** Who is told that a record was changed, beside its own State. */
  readonly tellsOfChange?: readonly Told[];
  readonly pages?: readonly Page[];
  /** Rules over several fields, by name (`modules/checks.ts`). */
  readonly checks?: readonly string[];
  /** Not to be exported or imported in bulk where this is false; both are offered unless told. */
  readonly bulk?: false;
};

/** A declaration with its words. */
export type Module = Declaration & {
  /** Any title, help, choice, state or act of the declaration in a language. */
  readonly say: Say;
};
