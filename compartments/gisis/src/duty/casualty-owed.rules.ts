import { type Investigation, listOwed, PARTS } from '#modules/casualty/owed.rules.ts';
import type { Owed } from './duty.rules.ts';

/** A very serious casualty with what decides what is owed of it. Days are ISO. */
export type VerySerious = {
  readonly reference: string;
  readonly title: string;
  readonly happened_on: string;
  readonly flags: readonly string[];
  readonly investigations: readonly {
    readonly state: string;
    readonly part: string;
    readonly begun_on: string | null;
    readonly interim_on: string | null;
    readonly reported_on: string | null;
  }[];
};

/** What States owe of very serious casualties: it follows from the casualty, her ships and all investigations together. */
export function owedOf(casualties: readonly VerySerious[], today: string): readonly Owed[] {
  return casualties.flatMap(({ reference, happened_on: on, flags, investigations }) =>
    listOwed({ severity: 'very-serious', on, flags }, investigations.flatMap(toInvestigation), today).map(
      ({ state, what, since, by }) => ({ module: 'casualty', duty: what, reference, owedBy: state, since, due: by }),
    ),
  );
}

function toInvestigation(row: VerySerious['investigations'][number]): Investigation[] {
  const part = PARTS.find((known) => known === row.part);
  if (part === undefined) return [];
  return [{ state: row.state, part, begunOn: row.begun_on, interimOn: row.interim_on, reportedOn: row.reported_on }];
}
