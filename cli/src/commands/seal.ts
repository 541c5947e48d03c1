import { filesOf } from '#estate/paths.ts';
import { getRunningEstate } from '#estate/run.ts';
import { loadOperatorKey, sendCommand, signCommand } from '#operator/operator.ts';
import { checkCommand } from '#operator/request.ts';
import { AS_OPTION, type Command, EXIT, JSON_OPTION, textOf } from '../command.ts';

export const command: Command = {
  summary: 'Seal a compartment: in one action nothing of it is accepted, routed or kept alive.',
  words: '<compartment>',
  count: [1, 1],
  options: {
    as: AS_OPTION,
    reason: { type: 'string', value: 'text', help: 'why; goes into the ledger' },
    'at-headquarters': {
      type: 'boolean',
      help: 'when off-site is out of reach: seal at headquarters alone, until off-site is back',
    },
    json: JSON_OPTION,
  },
  details: `
Off-site stops accepting its WAL and records the position, then the gateway cuts its connections and its
database roles lose login. The public goes on reading the signed edition. Only off-site may open it again:
see "bulkhead restore" and "bulkhead open".`,
  run: async (given, { paths, now, print }) => {
    const compartment = given.words[0] ?? '';
    const asked = { kind: 'seal' as const, compartment, reason: textOf(given, 'reason') ?? 'ordered by an operator' };
    checkCommand(asked);
    const running = await getRunningEstate(paths);
    const peer = given.options['at-headquarters'] ? running.headquarters : running.desk;
    const key = await loadOperatorKey(filesOf(paths).operators, textOf(given, 'as') ?? 'first-operator');
    const order = signCommand(key, asked, now);
    const answer = await sendCommand(peer, order);
    if (given.options['json']) print(JSON.stringify(answer));
    else
      print(
        `${compartment} is sealed${answer.seal?.lsn ? ` at WAL position ${answer.seal.lsn}` : ' at headquarters'}. The public reads on. Next: bulkhead restore ${compartment}`,
      );
    return EXIT.done;
  },
};
