import { type Erasure, erasuresSchema, sha256Schema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { getRunningEstate } from '#estate/run.ts';
import { orderAtDesk } from '#operator/request.ts';
import { AS_OPTION, type Command, EXIT, JSON_OPTION, textOf } from '../command.ts';
import { fitColumns } from '../table.ts';

export const command: Command = {
  summary: "Destroy a file's contents for good, everywhere; a second operator must approve. Without words: what was asked for.",
  words: '[<compartment> <sha256>]',
  count: [0, 2],
  options: {
    as: AS_OPTION,
    reason: { type: 'string', value: 'text', help: 'why; goes into the ledger' },
    allow: { type: 'boolean', help: 'let erased contents be brought again' },
    json: JSON_OPTION,
  },
  details: `
The contents' own key is destroyed off-site, so that no copy of their bytes, in the vault, in a backup of it or
behind a lock, can be read again; headquarters is ordered to destroy its copy. Rows that name the contents stay, and
tell that they were erased. It cannot be taken back. Copies that people have downloaded are out of reach.

Examples:
  bulkhead erase website 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef --reason "a passport, published by mistake"
  bulkhead approve erasure-1a2b3c --as second-operator --digest …`,
  run: async (given, surroundings) => {
    const [compartment, sha256] = given.words;
    if (compartment === undefined) {
      const { desk } = await getRunningEstate(surroundings.paths);
      const { erasures } = await callWire(desk, { method: 'GET', path: '/erasures' }, erasuresSchema);
      for (const line of given.options['json'] ? [JSON.stringify(erasures)] : describe(erasures)) surroundings.print(line);
      return EXIT.done;
    }
    const digest = sha256Schema.safeParse(sha256);
    if (!digest.success)
      throw new EstateError(
        'input.invalid',
        `erasing contents of ${compartment}: name them by their SHA-256 in lower-case hexadecimal`,
      );
    const reason = textOf(given, 'reason');
    if (reason === undefined)
      throw new EstateError(
        'input.invalid',
        'erasing contents: say why, for example --reason "a passport, published by mistake"',
      );
    const order = { kind: 'erase', compartment, sha256: digest.data, allows: given.options['allow'] === true, reason } as const;
    const answer = await orderAtDesk(given, surroundings, order, 'first-operator');
    const id = answer.request ?? '';
    if (given.options['json']) surroundings.print(JSON.stringify(answer));
    else surroundings.print(`Asked for: ${id}. Nothing is done before a second operator approves: "bulkhead approve ${id}".`);
    return EXIT.done;
  },
};

function describe(erasures: readonly Erasure[]): string[] {
  if (erasures.length === 0) return ['Nothing was erased.'];
  return fitColumns(
    erasures.map(({ id, compartment, sha256, allows, state, requestedBy, decidedBy, reason }) => [
      id,
      compartment,
      `${allows ? 'allow' : 'erase'} ${sha256.slice(0, 16)}…`,
      state,
      `by ${requestedBy}${decidedBy === null ? '' : ` and ${decidedBy}`}`,
      reason,
    ]),
  );
}
