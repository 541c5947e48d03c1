import type { Finding } from '@bulkhead/contracts';
import { getRunningEstate } from '#estate/run.ts';
import { shortInstant } from '#investigation/instant.ts';
import { readNumber } from '#investigation/scope.ts';
import { listFindings } from '#operator/desk.ts';
import { type Command, EXIT, JSON_OPTION, textOf } from '../command.ts';
import { fitColumns, wrapText } from '../table.ts';

const SHOWN = 50;
const MOST_SHOWN = 500;

export const command: Command = {
  summary: 'List what the watch has found, each with its rule, technique and incident.',
  words: '',
  count: [0, 0],
  options: {
    after: { type: 'string', value: 'number', help: 'only findings after this number' },
    limit: { type: 'string', value: 'number', help: `how many to show; ${SHOWN} unless told` },
    json: JSON_OPTION,
  },
  details: `
Oldest first, with the ATT&CK technique (attack.mitre.org) beside the rule; docs/design/watch.md tells what each rule
sees. With --json also the evidence: positions, digests, requests. What belongs together is an incident: look at that next.

Examples:
  bulkhead findings
  bulkhead findings --after 120 --json
  bulkhead incident 3          what belongs together, and how much it covers`,
  run: async (given, { paths, print }) => {
    const [after, limit] = [textOf(given, 'after'), textOf(given, 'limit')];
    const shown = limit === undefined ? SHOWN : Math.min(MOST_SHOWN, readNumber('limit', limit));
    const from = after === undefined || after === '0' ? 0 : readNumber('after', after);
    const { desk } = await getRunningEstate(paths);
    const findings = await listFindings(desk, from, shown);
    if (given.options['json']) {
      print(JSON.stringify({ findings }));
      return EXIT.done;
    }
    if (findings.length === 0) print(from === 0 ? 'Nothing was found.' : `Nothing was found after #${from}.`);
    for (const line of tellFindings(findings)) print(line);
    if (findings.length === shown) print(`More: bulkhead findings --after ${findings.at(-1)?.id ?? 0}`);
    return EXIT.done;
  },
};

/** Findings, two lines and more each: what they are, and what was seen. */
export function tellFindings(findings: readonly Finding[]): string[] {
  const heads = fitColumns(
    findings.map(({ id, receivedAt, rule, technique, compartment, incident }) => [
      `#${id}`,
      shortInstant(receivedAt),
      rule,
      technique,
      compartment ?? '',
      incident === null ? '' : `incident ${incident}`,
    ]),
  );
  return findings.flatMap(({ summary }, at) => [heads[at] ?? '', ...wrapText(summary)]);
}
