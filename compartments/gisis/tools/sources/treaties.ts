import type { Row } from './row.ts';

const SUBJECTS: Readonly<Record<string, string>> = {
  'CLC 1969': 'liability',
  'BUNKERS 2001': 'liability',
  'FUND Protocol 2003': 'liability',
  'HNS 1996': 'liability',
  'MARPOL 73/78 Annex I/II': 'environment',
  'COLREG 1972': 'safety',
  'SALVAGE 1989': 'safety',
  'CSC 1972': 'safety',
  'SOLAS 1974': 'safety',
  'OPRC 1990': 'environment',
  'INTERVENTION 1969': 'environment',
  'London Convention 1972': 'environment',
  'NUCLEAR 1971': 'liability',
  'SOLAS Protocol 1978': 'safety',
};
const NEVER = '9999-12-31';

/** Instruments, and what each State did about them: an act names its instrument by the short name. */
export function convertTreaties(rows: readonly Row[]): { readonly instruments: Row[]; readonly acts: Row[] } {
  const instruments = new Map<string, Row>();
  for (const { short = '', title = '', signature = '', force = '' } of rows)
    if (!instruments.has(short))
      instruments.set(short, {
        short_name: short,
        full_name: title,
        kind: title.startsWith('Protocol') ? 'protocol' : 'convention',
        subject: SUBJECTS[short] ?? 'other',
        adopted_on: signature,
        in_force_on: force,
      });
  return { instruments: [...instruments.values()], acts: rows.flatMap(actsOf) };
}

function actsOf(row: Row): Row[] {
  const { short = '', stateID = '' } = row;
  const act = (name: string, on: string | undefined, effective = '') =>
    on === undefined || on === '' || on === NEVER
      ? []
      : [{ treaty: short, party: stateID, act: name, done_on: on, effective_on: effective }];
  const { stateSignature, stateRat, acceptance = '', accession = '', succession = '', stateForce = '', stateWithdrawal } = row;
  const bound =
    acceptance !== '' ? 'acceptance' : accession !== '' ? 'accession' : succession !== '' ? 'succession' : 'ratification';
  return [
    ...act('signature', stateSignature),
    ...act(bound, stateRat, stateForce === NEVER ? '' : stateForce),
    ...act('withdrawal', stateWithdrawal),
  ];
}
