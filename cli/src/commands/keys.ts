import { type ArchiveKeys, archiveKeysSchema, hasCluster, keyProofSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { FROM_OPTIONS, withArchive } from '#archive/reader.ts';
import { getRunningEstate, type RunningEstate } from '#estate/run.ts';
import { readArchiveKeys } from '#operator/archive-keys.ts';
import { orderAtDesk } from '#operator/request.ts';
import { type Act, runAct } from '../acts.ts';
import { AS_OPTION, type Command, EXIT, type Given, JSON_OPTION, type Surroundings, textOf } from '../command.ts';
import { alignColumns } from '../table.ts';

const ACTS: Readonly<Record<string, Act>> = {
  list: { words: [0, 1], usage: 'list [compartment]', run: list },
  rotate: { words: [1, 1], usage: 'rotate <compartment>', run: rotate },
  prove: { words: [0, 1], usage: 'prove [compartment] --identity <file>', run: prove },
};

export const command: Command = {
  summary: "List, rotate and prove the keys that the archive's files are encrypted with.",
  words: '<act> [compartment]',
  count: [1, 2],
  options: {
    ...FROM_OPTIONS,
    as: AS_OPTION,
    reason: { type: 'string', value: 'text', help: 'rotate: why; goes into the ledger' },
    json: JSON_OPTION,
  },
  details: `
Each compartment has a key of its own, wrapped with age to this site and to the recipients of "archiveRecipients".
  bulkhead keys list                              keys, who opens them, when that was last proved; exit code 1 for a worry
  bulkhead keys rotate website --reason "…"       a new key for what is written from now on; all wrapped to today's recipients
  bulkhead keys prove --identity escrow.txt       shows that this identity opens every key; it stays on this machine
A key that no proven recipient opens is lost with this site: prove after each rotation.`,
  run: (given, around) => runAct('keys', ACTS, given, around),
};

async function list(given: Given, { paths, print }: Surroundings): Promise<number> {
  const running = await getRunningEstate(paths);
  let worries = 0;
  for (const compartment of namesIn(running, given.words[0])) {
    const keys = await readArchiveKeys(running, compartment);
    worries += keys.worries.length;
    if (given.options['json']) print(JSON.stringify({ compartment, ...keys }));
    else for (const line of describe(compartment, keys)) print(line);
  }
  return worries === 0 ? EXIT.done : EXIT.failed;
}

function describe(compartment: string, { keys, worries }: ArchiveKeys): string[] {
  const rows = keys.flatMap(({ number, createdAt, state, escrow }) => [
    [`  key ${number}`, state, `made ${createdAt ?? 'unknown'}`, ''],
    ...escrow.map(({ recipient, provedAt }) => [
      '',
      '',
      `escrow ${recipient.slice(0, 20)}…`,
      provedAt ? `proved ${provedAt}` : 'NEVER proved',
    ]),
  ]);
  return [`${compartment}:`, ...alignColumns(rows), ...worries.map((worry) => `  WORRY: ${worry}`)];
}

async function rotate(given: Given, around: Surroundings): Promise<number> {
  const compartment = given.words[0] ?? '';
  const reason = textOf(given, 'reason') ?? 'ordered by an operator';
  await orderAtDesk(given, around, { kind: 'rotate-keys', compartment, reason }, 'first-operator');
  const keys = await readArchiveKeys(await getRunningEstate(around.paths), compartment);
  if (given.options['json']) around.print(JSON.stringify({ compartment, ...keys }));
  else {
    for (const line of describe(compartment, keys)) around.print(line);
    around.print('Next: bulkhead keys prove --identity <escrow identity>');
  }
  return EXIT.done;
}

async function prove(given: Given, { paths, print }: Surroundings): Promise<number> {
  if (textOf(given, 'identity') === undefined)
    throw new EstateError('input.invalid', 'proving keys: give the escrow identity with --identity');
  const running = await getRunningEstate(paths);
  return withArchive(given, paths, given.words[0], async ({ peer, compartments }) => {
    for (const compartment of compartments) {
      const opened = { method: 'GET', path: `/compartments/${encodeURIComponent(compartment)}/keys/opened` } as const;
      const proof = await callWire(peer, opened, keyProofSchema);
      const path = `/archive/${encodeURIComponent(compartment)}/keys/proof`;
      const keys = await callWire(running.desk, { method: 'POST', path, body: proof }, archiveKeysSchema);
      if (given.options['json']) print(JSON.stringify({ compartment, proved: proof.proofs.length, ...keys }));
      else print(`${compartment}: ${proof.proofs.length} of ${keys.keys.length} keys open with this identity.`);
    }
    return EXIT.done;
  });
}

/** The compartments that have an archive, or the one that is named. */
function namesIn({ estate }: RunningEstate, wanted: string | undefined): string[] {
  if (wanted !== undefined) return [wanted];
  return estate.compartments.flatMap(({ manifest }) => (hasCluster(manifest) ? [manifest.name] : []));
}
