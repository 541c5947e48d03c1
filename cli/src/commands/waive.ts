import { EstateError } from '@bulkhead/kernel';
import { orderAtDesk } from '#operator/request.ts';
import { AS_OPTION, type Command, EXIT, JSON_OPTION, textOf } from '../command.ts';

export const command: Command = {
  summary: 'Let a recovery pass with its hole open, or a compartment be reopened in spite of an incident; two operators must.',
  words: '<recovery or incident-number>',
  count: [1, 1],
  options: { as: AS_OPTION, reason: { type: 'string', value: 'text', help: 'why; goes into the ledger' }, json: JSON_OPTION },
  details: `
A recovery does not reopen while the recorded attack still works against the restored copy, or while nobody could
show that it does not. Close the hole first: --close-route or --build of "bulkhead undo". Waive only when the
hole is closed elsewhere, and say where: both names and reasons stand in the ledger.

A compartment whose open incident names what was compromised is not reopened as it stands: take that out with
"bulkhead undo". If it was a false alarm, two operators waive incident-<number>, and it can be opened. That holds for
what the incident names now: another finding asks for other waivers.

Examples:
  bulkhead waive incident-3 --as first-operator --reason "the session was our own test"
  bulkhead waive r1a2b3c4d5e6 --as first-operator --reason "the route is blocked at the load balancer"`,
  run: async (given, surroundings) => {
    const request = given.words[0] ?? '';
    const reason = textOf(given, 'reason');
    if (reason === undefined)
      throw new EstateError(
        'input.invalid',
        `waiving for ${request}: say why, for example --reason "the route is blocked at the load balancer"`,
      );
    const answer = await orderAtDesk(given, surroundings, { kind: 'waive', request, reason }, 'first-operator');
    if (given.options['json']) surroundings.print(JSON.stringify(answer));
    else
      surroundings.print(
        `Noted. It goes on once two operators have waived: bulkhead waive ${request} --as <the other> --reason "…"`,
      );
    return EXIT.done;
  },
};
