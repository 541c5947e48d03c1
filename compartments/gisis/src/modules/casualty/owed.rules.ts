import { textIn } from '#modules/check.rules.ts';
import type { Values } from '#value/record-rule.rules.ts';
import { type Severity, severityOf } from './casualty.rules.ts';

/** A State's investigation of a casualty, as far as it decides what is owed. Days are ISO. */
export type Investigation = {
  readonly state: string;
  readonly part: 'leads' | 'together' | 'alone' | 'none';
  readonly begunOn: string | null;
  readonly interimOn: string | null;
  readonly reportedOn: string | null;
};
export type Happened = {
  readonly severity: Severity | null;
  readonly on: string;
  /** Flags of the ships that were involved. */
  readonly flags: readonly string[];
};
export const OWED = ['investigation', 'final-report', 'interim-report'] as const;
/** What each of these is called. */
export const OWED_TITLES: Readonly<Record<(typeof OWED)[number], string>> = {
  investigation: 'See that the casualty is investigated',
  'final-report': 'Send the final report',
  'interim-report': 'Send an interim report',
};
/** What one State owes, since when and by which day; overdue once that day is past. */
export type Owed = {
  readonly state: string;
  readonly what: (typeof OWED)[number];
  readonly since: string;
  readonly by: string;
  readonly isOverdue: boolean;
};

/**
 * What each State owes (Casualty Investigation Code, 6.2, 14.1 and 14.2): the flag State of each ship in a very serious casualty
 * sees that it is investigated; who investigates one sends a final report, or an interim one each year until it can. A State that
 * takes part in what another leads owes no report of its own.
 */
export function listOwed(happened: Happened, investigations: readonly Investigation[], today: string): readonly Owed[] {
  if (happened.severity !== 'very-serious') return [];
  const active = investigations.filter(({ part }) => part !== 'none');
  const isLed = active.some(({ part }) => part === 'leads');
  const owed: Make = (state, what, since, months) => {
    const by = monthsLater(since, months);
    return { state, what, since, by, isOverdue: today > by };
  };
  const lacking = [...new Set(happened.flags)]
    .filter((flag) => !isLed && !active.some(({ state }) => state === flag))
    .map((flag) => owed(flag, 'investigation', happened.on, 1));
  const reports = active
    .filter(({ part, reportedOn }) => reportedOn === null && !(isLed && part === 'together'))
    .flatMap((one) => reportsOwed(one, happened.on, owed));
  return [...lacking, ...reports];
}

type Make = (state: string, what: Owed['what'], since: string, months: number) => Owed;

function reportsOwed(one: Investigation, happenedOn: string, owed: Make): readonly Owed[] {
  const final = owed(one.state, 'final-report', one.begunOn ?? happenedOn, 12);
  if (!final.isOverdue) return [final];
  return [final, owed(one.state, 'interim-report', one.interimOn ?? one.begunOn ?? happenedOn, 12)];
}

export const PARTS = ['leads', 'together', 'alone', 'none'] as const;

/** What States owe by the records of a casualty, of the ships in it and of its investigations. */
export function listOwedFor(
  casualty: Values,
  ships: readonly Values[],
  investigations: readonly Values[],
  today: string,
): readonly Owed[] {
  const on = textIn(casualty, 'happened_at')?.slice(0, 10);
  if (on === undefined) return [];
  const flags = ships.flatMap((ship) => textIn(ship, 'flag') ?? []);
  const told = investigations.flatMap((one): readonly Investigation[] => {
    const [state, kind] = [textIn(one, 'investigating_state'), textIn(one, 'part')];
    const part = PARTS.find((known) => known === kind);
    if (state === null || part === undefined) return [];
    return [
      {
        state,
        part,
        begunOn: textIn(one, 'begun_on'),
        interimOn: textIn(one, 'interim_on'),
        reportedOn: textIn(one, 'reported_on'),
      },
    ];
  });
  return listOwed({ severity: severityOf(casualty), on, flags }, told, today);
}

/** The same day so many months later, or the last of that month. */
export function monthsLater(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const lastOfMonth = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, lastOfMonth))).toISOString().slice(0, 10);
}
