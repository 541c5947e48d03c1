import { resolve } from 'node:path';
import { originUrl } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { requireEmpty } from '#empty-directory.ts';
import { getRunningEstate } from '#estate/run.ts';
import { examineExport } from '#leaving/examined.ts';
import type { Summary } from '#leaving/form.ts';
import { writeExport } from '#leaving/written.ts';
import { ACCOUNT_OPTION, enterNewsroom } from '#moving/entering.ts';
import { type Command, EXIT, type Given, JSON_OPTION, type Surroundings } from '../command.ts';

export const command: Command = {
  summary: 'Move out: write everything that the newsroom holds into plain files, which need no program of ours.',
  words: 'website <directory>',
  count: [2, 2],
  options: {
    account: ACCOUNT_OPTION,
    verify: { type: 'boolean', help: 'write nothing: read an export again and tell whether it is whole' },
    json: JSON_OPTION,
  },
  details: `
Every article with all its versions, drafts too, in all languages: as JSON, and the current text as a page of HTML; its
addresses, subjects, schedule, history and reasons of withdrawals; redirects; every picture in its widest form, once.
README.txt inside says what is what; SHA256SUMS is read by "sha256sum --check".
An editor or a reviewer can export, since they can read all of it. Without --account a sample estate's editor does.
The directory must be empty or new, and only its owner can read what is written: there are drafts and names in it.
An article is exported as it is when its turn comes; editors can go on. What is public as signed files is another export:
"bulkhead edition export".

Examples:
  bulkhead export website ./website-2026-11 --account editor.json
  bulkhead export website ./website-2026-11 --verify      exit code 1 if something was changed, lost or added
  bulkhead import website ./website-2026-11 --from bulkhead`,
  run: async (given, around) => {
    const [compartment, directory = ''] = given.words;
    if (compartment !== 'website')
      throw new EstateError('input.invalid', `exporting ${compartment}: only the website is exported in this way`);
    return given.options['verify'] === true ? verify(given, directory, around) : write(given, directory, around);
  },
};

async function write(given: Given, directory: string, around: Surroundings): Promise<number> {
  const { estate } = await getRunningEstate(around.paths);
  await requireEmpty(resolve(directory));
  const member = await enterNewsroom(given, around);
  try {
    const told = { door: member, from: originUrl(estate, 'www'), at: around.now() };
    const summary = await writeExport(resolve(directory), told);
    if (given.options['json']) around.print(JSON.stringify({ directory: resolve(directory), ...summary }));
    else
      for (const line of [
        `In ${resolve(directory)}: ${countsOf(summary)}.`,
        `Keep this elsewhere, to know it again: SHA256SUMS has the SHA-256 ${summary.sha256}`,
      ])
        around.print(line);
    return EXIT.done;
  } finally {
    member.leave();
  }
}

async function verify(given: Given, directory: string, { print }: Surroundings): Promise<number> {
  const { summary, faults, faultCount } = await examineExport(resolve(directory));
  if (given.options['json']) print(JSON.stringify({ ...summary, faultCount, faults }));
  else if (faultCount === 0)
    for (const line of [
      `Whole: ${countsOf(summary)}, of ${summary.from}, exported ${summary.exportedAt}.`,
      `SHA256SUMS has the SHA-256 ${summary.sha256}: compare it with the one that was told when it was written.`,
    ])
      print(line);
  else {
    print(`NOT whole: ${faultCount} ${faultCount === 1 ? 'fault' : 'faults'}`);
    for (const fault of faults) print(`  ${fault}`);
    if (faultCount > faults.length) print(`  and ${faultCount - faults.length} more`);
  }
  return faultCount === 0 ? EXIT.done : EXIT.failed;
}

function countsOf({ articles, versions, pages, pictures, files }: Summary): string {
  return `${articles} articles in ${versions} versions, ${pages} pages of HTML, ${pictures} pictures; ${files} files`;
}
