import { orderAtDesk } from '#operator/request.ts';
import { AS_OPTION, type Command, EXIT, JSON_OPTION, textOf } from '../command.ts';

export const command: Command = {
  summary: "Open a sealed compartment again without a restore, after a second operator's approval.",
  words: '<compartment>',
  count: [1, 1],
  options: { as: AS_OPTION, reason: { type: 'string', value: 'text', help: 'why; goes into the ledger' }, json: JSON_OPTION },
  details: `
For a false alarm: the sealed data is kept as it is. Refused while an open incident names what was compromised, unless
two operators waived it ("bulkhead waive incident-<number>"). A second operator approves with "bulkhead approve";
then it is protected again, probed from outside and opened. After an attack use "bulkhead restore".`,
  run: async (given, surroundings) => {
    const compartment = given.words[0] ?? '';
    const reason = textOf(given, 'reason') ?? 'ordered by an operator';
    const answer = await orderAtDesk(given, surroundings, { kind: 'open', compartment, reason }, 'first-operator');
    const id = answer.recovery ?? '';
    if (given.options['json']) surroundings.print(JSON.stringify(answer));
    else
      surroundings.print(
        `The reopening of ${compartment} has begun: ${id}\nWatch it with "bulkhead status"; a second operator looks at it with "bulkhead approve ${id}".`,
      );
    return EXIT.done;
  },
};
