import {
  type Acknowledged,
  type AcknowledgedEntry,
  type AcknowledgedVersion,
  acknowledgedSchema,
  STANDINGS,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { getRunningEstate } from '#estate/run.ts';
import { shortInstant } from '#investigation/instant.ts';
import { type Command, EXIT, JSON_OPTION, textOf } from '../command.ts';
import { fitColumns, wrapText } from '../table.ts';

const SHOWN = 200;

export const command: Command = {
  summary: 'Name each transaction near the cut of a recovery: guaranteed, in doubt or lost, with request and account.',
  words: '<recovery>',
  count: [1, 1],
  options: {
    standing: { type: 'string', value: 'standing', help: 'only these: guaranteed, in-doubt or lost' },
    naming: { type: 'string', value: 'number', help: 'as it was said the first time (1), the second, …; without it the last' },
    json: JSON_OPTION,
  },
  details: `
guaranteed  it is in the copy, and its person was answered
in-doubt    it was sent, and its person was told nothing certain: in the copy or not, as it says
lost        it was committed and is not in the copy; without --to or --before there is none that was answered

From the history index, the gateway's receipts and the record of the seal; named again when the recovery ends, as receipts
may still come, and by itself when history has read what it had not. What was said before is kept, and the ledger tells of
each. Everything from a minute before the cut is named. The exit code is 1 when anything is lost.

Example:
  bulkhead acknowledged r1a2b3c4d5e6 --standing in-doubt --json`,
  run: async (given, { paths, print }) => {
    const standing = textOf(given, 'standing');
    if (standing !== undefined && !STANDINGS.some((each) => each === standing))
      throw new EstateError('input.invalid', `reading --standing ${standing}: it is ${STANDINGS.join(', ')}`);
    const naming = textOf(given, 'naming');
    if (naming !== undefined && !/^[1-9]\d{0,5}$/.test(naming))
      throw new EstateError('input.invalid', `reading --naming ${naming}: it is a number from 1 on`);
    const { desk } = await getRunningEstate(paths);
    const query = naming === undefined ? '' : `?version=${naming}`;
    const path = `/recoveries/${encodeURIComponent(given.words[0] ?? '')}/acknowledged${query}`;
    const told = await callWire(desk, { method: 'GET', path, timeoutMs: 60_000 }, acknowledgedSchema);
    const entries = told.entries.filter((entry) => standing === undefined || entry.standing === standing);
    for (const line of given.options['json'] ? [JSON.stringify({ ...told, entries })] : tell({ ...told, entries })) print(line);
    return told.summary.lost === 0 ? EXIT.done : EXIT.failed;
  },
};

function tell({ recovery, compartment, version, versions, summary, entries }: Acknowledged): string[] {
  const { cutLsn, guaranteed, inDoubt, lost, fromAt, unknown } = summary;
  const shown = entries.slice(0, SHOWN);
  const heads = fitColumns(shown.map(rowOf), 100);
  return [
    `${recovery} of ${compartment}: the copy ends at ${cutLsn}; from ${fromAt ?? 'the beginning'} on`,
    `${guaranteed} guaranteed, ${inDoubt} in doubt, ${lost} lost`,
    ...(unknown === null ? [] : [`NOT WHOLE: ${unknown}`]),
    ...(versions.length > 1 ? versions.map((one) => tellNaming(one, one.version === version)) : []),
    ...shown.flatMap(({ detail }, at) => [heads[at] ?? '', ...wrapText(detail, 6, 100)]),
    ...(entries.length > shown.length ? [`and ${entries.length - shown.length} more; see --json`] : []),
  ];
}

function tellNaming({ version, summary }: AcknowledgedVersion, isShown: boolean): string {
  const { computedAt, guaranteed, inDoubt, lost, unknown } = summary;
  const whole = unknown === null ? '' : ', not whole';
  const counts = `${guaranteed} guaranteed, ${inDoubt} in doubt, ${lost} lost${whole}`;
  return `  naming ${version} of ${shortInstant(computedAt)}: ${counts}${isShown ? ' (this one)' : ''}`;
}

function rowOf({ standing, requestId, accountId, route, xid, committedAt }: AcknowledgedEntry): string[] {
  return [
    `  ${standing}`,
    committedAt === null ? '' : shortInstant(committedAt),
    xid === null ? '' : `xid ${xid}`,
    requestId ?? 'no request',
    accountId ?? 'nobody',
    route ?? '',
  ];
}
