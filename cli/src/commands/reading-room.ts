import { NAME_WAYS, type NameWay } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { getRunningEstate } from '#estate/run.ts';
import { askPublicReading, describePublicReading } from '#operator/public-reading.ts';
import { orderAtDesk } from '#operator/request.ts';
import { AS_OPTION, type Command, EXIT, JSON_OPTION, textOf } from '../command.ts';

export const command: Command = {
  summary: 'Show where the public reads off-site, and let the names of public pages lead there, or back.',
  words: '[away | home]',
  count: [0, 1],
  options: { as: AS_OPTION, reason: { type: 'string', value: 'text', help: 'why; goes into the ledger' }, json: JSON_OPTION },
  details: `
The reading room serves the signed public pages of compartments whose manifest says publicReading: 'off-site', at the address
that "readingRoom" in bulkhead.json names. It is always open, and for reading only: no sign-in, no forms.
  bulkhead reading-room                             what is read there, and whether it is needed now
  bulkhead reading-room away --reason "power is out"  runs the hook readingRoom.names.away: the names lead there
  bulkhead reading-room home --reason "power is back" runs readingRoom.names.home
One operator's word is enough. A failover moves all names to the stand-in, these too.`,
  run: async (given, surroundings) => {
    const way = readWay(given.words[0]);
    const reason = textOf(given, 'reason') ?? 'ordered by an operator';
    if (way) await orderAtDesk(given, surroundings, { kind: 'read-off-site', way, reason }, 'first-operator');
    const { desk } = await getRunningEstate(surroundings.paths);
    const told = await askPublicReading(desk);
    for (const line of given.options['json'] ? [JSON.stringify(told)] : describePublicReading(told)) surroundings.print(line);
    return EXIT.done;
  },
};

function readWay(given: string | undefined): NameWay | undefined {
  const way = NAME_WAYS.find((one) => one === given);
  if (given === undefined || way) return way;
  throw new EstateError('input.invalid', `reading the words: "${given}" is no way; the names go ${NAME_WAYS.join(' or ')}`);
}
