import type { Incident, ScopeCount } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import { getRunningEstate } from '#estate/run.ts';
import { isEmpty, writeScope } from '#investigation/scope.ts';
import { getIncident, listIncidents } from '#operator/desk.ts';
import { type Command, EXIT, type Given, JSON_OPTION, type Surroundings } from '../command.ts';
import { alignColumns, fitColumns } from '../table.ts';
import { tellFindings } from './findings.ts';

const FINDINGS_SHOWN = 20;

export const command: Command = {
  summary: 'List incidents, or show one: findings, the scope it proposes, and what each criterion adds.',
  words: '[number]',
  count: [0, 1],
  options: { json: JSON_OPTION },
  details: `
A scope is proposed, never decided: look at what each criterion adds in "bulkhead history", then give it to
"bulkhead undo", as it is or changed. Windows are stretches of time in which nothing tells an attacker's
writes from others: a person has to look at them.

Examples:
  bulkhead incident
  bulkhead incident 3
  bulkhead undo website --incident 3`,
  run: async (given, surroundings) => {
    const [word] = given.words;
    const id = word === undefined ? undefined : readIncident(word);
    const { desk } = await getRunningEstate(surroundings.paths);
    return id === undefined ? showList(given, surroundings, desk) : showOne(given, surroundings, desk, id);
  },
};

function readIncident(word: string): number {
  const [, number] = /^(?:#|incident-)?([1-9]\d{0,14})$/.exec(word) ?? [];
  if (number !== undefined) return Number(number);
  throw new EstateError(
    'input.invalid',
    `reading the incident ${word}: give its number, for example bulkhead incident 3; "bulkhead incident" lists them`,
  );
}

async function showList(given: Given, { print }: Surroundings, desk: WirePeer): Promise<number> {
  const incidents = await listIncidents(desk);
  if (given.options['json']) print(JSON.stringify({ incidents }));
  else if (incidents.length === 0) print('There is no incident.');
  else {
    const rows = incidents.map(({ id, compartment, openedAt, closedAt, findings }) => [
      String(id),
      compartment,
      openedAt,
      closedAt ?? 'open',
      String(findings),
    ]);
    for (const line of fitColumns([['#', 'Compartment', 'Opened', 'Closed', 'Findings'], ...rows])) print(line);
  }
  return EXIT.done;
}

async function showOne(given: Given, { print }: Surroundings, desk: WirePeer, id: number): Promise<number> {
  const incident = await getIncident(desk, id);
  if (given.options['json']) print(JSON.stringify(incident));
  else for (const line of tellIncident(incident)) print(line);
  return EXIT.done;
}

function tellIncident(incident: Incident): string[] {
  const { id, compartment, openedAt, closedAt, findings, proposed, count, windows } = incident;
  const lines = [`Incident ${id} of ${compartment}, opened ${openedAt}, ${closedAt === null ? 'open' : `closed ${closedAt}`}`];
  lines.push('', `Findings (${findings.length}):`);
  const shown = findings.slice(0, FINDINGS_SHOWN);
  lines.push(...tellFindings(shown));
  if (findings.length > shown.length) lines.push(`  and ${findings.length - shown.length} more; see --json`);
  if (isEmpty(proposed)) lines.push('', 'No scope is proposed: the findings name no session, account or transaction.');
  else {
    lines.push(
      '',
      'Proposed scope:',
      ...(count ? tellCount(count) : ['  how much it covers is not known: history does not answer']),
    );
    const words = writeScope(proposed);
    lines.push('', `To see what an undo would do: bulkhead undo ${compartment} --incident ${id}`);
    if (words) lines.push(`The same in words, to change: ${words}`);
  }
  if (windows.length > 0) {
    lines.push('', 'Windows in which nothing tells whose writes are whose:');
    for (const { fromAt, toAt, reason, transactions } of windows)
      lines.push(`  ${fromAt} to ${toAt ?? 'now'}, ${transactions} transactions: ${reason}`);
  }
  return lines;
}

/** What each criterion of a scope adds, and the whole. */
export function tellCount(count: ScopeCount): string[] {
  const rows = count.shares.map(({ criterion, transactions, rows }) => [
    `  ${criterion}`,
    `${transactions} transactions`,
    `${rows} rows`,
  ]);
  const span = count.firstAt && count.lastAt ? `, from ${count.firstAt} to ${count.lastAt}` : '';
  const { leftBehind } = count;
  return [
    ...alignColumns(rows),
    `  together ${count.transactions} transactions, ${count.rows} rows${span}${count.hasDdl ? '; THE SCHEMA WAS CHANGED: use --way redo' : ''}`,
    ...(leftBehind.transactions > 0
      ? [
          `  besides ${leftBehind.transactions} transactions, ${leftBehind.rows} rows that a restore left behind: they are in no database any more`,
        ]
      : []),
  ];
}
