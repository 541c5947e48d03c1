import { readFile, stat, writeFile } from 'node:fs/promises';
import { originUrl } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import { getRunningEstate } from '#estate/run.ts';
import { type Converted, convertExport, type Export, FORMATS } from '#moving/converter.ts';
import { type Delivery, deliver } from '#moving/deliver.ts';
import { Memory } from '#moving/memory.ts';
import { listSampleAccounts } from '#sample/accounts.ts';
import { NewsroomMember } from '#sample/newsroom.ts';
import { type Command, EXIT, type Given, JSON_OPTION, type Surroundings, textOf } from '../command.ts';

const accountSchema = z.object({ email: z.string(), password: z.string(), totpSecret: z.string() });
const ACCOUNT_BYTES = 10_000;

export const command: Command = {
  summary: 'Move in: write the articles of another site as drafts, with redirects from their old addresses.',
  words: 'website <file or directory>',
  count: [2, 2],
  options: {
    from: { type: 'string', value: FORMATS.join('|'), help: 'what exported it (needed)' },
    origin: { type: 'string', value: 'address', help: 'where the old site stood, such as https://www.example.org' },
    language: { type: 'string', value: 'ar|zh|en|fr|ru|es', help: 'of texts that do not say theirs; en unless told' },
    kinds: { type: 'string', value: 'type=kind,…', help: 'what a type of the old site becomes: press=press-briefing' },
    account: { type: 'string', value: 'file', help: 'JSON {email, password, totpSecret} of the editor who imports' },
    report: { type: 'string', value: 'file', help: 'write the whole report there, as JSON' },
    'dry-run': { type: 'boolean', help: 'write nothing: only read, and tell what would be imported' },
    json: JSON_OPTION,
  },
  details: `
wordpress  an export file (Tools > Export), or a directory of them; its attachments hold no pictures
drupal     answers of JSON:API that were saved, nodes and redirects: one file or a directory; --origin is needed
pages      a directory of saved HTML pages, as a crawl leaves it; --origin is needed

Posts and articles become news, pages stay pages; kinds are news, press-briefing, statement, meeting-summary and page.
Translations are put together where the export says which belong to each other; an English text is needed.
All goes through the newsroom's own form as an editor, and is a draft: two persons still publish each article, and the
redirects too. Without --account a sample estate's editor writes. What was imported is noted in the estate's data:
running it again imports nothing twice, and tells what changed on the old site since.
Pictures are listed in the report, with the article in which each stood: add them in the editor.

Examples:
  bulkhead import website export.xml --from wordpress --dry-run --report report.json
  bulkhead import website ./crawl --from pages --origin https://www.example.org --kinds press=press-briefing`,
  run: async (given, surroundings) => {
    const wanted = readGiven(given);
    const isDry = given.options['dry-run'] === true;
    const memory = await Memory.of(surroundings.paths);
    const converted = await convertExport(surroundings.paths.checkout, wanted);
    const member = isDry ? null : await enter(given, surroundings);
    try {
      const delivery = await deliver(converted, { door: member, memory });
      await tellAll(given, surroundings, { converted, delivery, isDry });
      return EXIT.done;
    } finally {
      member?.leave();
    }
  },
};

function readGiven(given: Given): Export {
  const [compartment = '', source = ''] = given.words;
  if (compartment !== 'website')
    throw new EstateError('input.invalid', `importing into ${compartment}: only the website takes what other sites exported`);
  const format = FORMATS.find((each) => each === textOf(given, 'from'));
  if (!format)
    throw new EstateError('input.invalid', `importing ${source}: say with --from what exported it: ${FORMATS.join(', ')}`);
  const kinds = (textOf(given, 'kinds') ?? '').split(',').filter((pair) => pair !== '');
  return {
    format,
    source,
    origin: textOf(given, 'origin'),
    language: textOf(given, 'language'),
    kinds: Object.fromEntries(
      kinds.map((pair) => {
        const [, type = '', kind = ''] = /^([^=]{1,100})=([a-z-]{1,30})$/.exec(pair) ?? [];
        if (type === '')
          throw new EstateError('input.invalid', `reading --kinds ${pair}: write type=kind, such as press=press-briefing`);
        return [type, kind];
      }),
    ),
  };
}

async function enter(given: Given, { paths, now, configuration }: Surroundings): Promise<NewsroomMember> {
  const running = await getRunningEstate(paths);
  const member = new NewsroomMember({
    origin: originUrl(running.estate, 'newsroom'),
    address: running.estate.listenAddress,
    account: await readAccount(given, running),
    now,
    certificates: configuration.tlsCertificate ? await readFile(configuration.tlsCertificate, 'utf8') : undefined,
  });
  await member.signIn();
  return member;
}

async function readAccount(
  given: Given,
  running: Awaited<ReturnType<typeof getRunningEstate>>,
): Promise<z.infer<typeof accountSchema>> {
  const file = textOf(given, 'account');
  if (file === undefined) {
    if (!running.estate.isSample)
      throw new EstateError('input.invalid', 'importing: say with --account whose editor account writes the drafts');
    const found = (await listSampleAccounts(running.headquarters)).find(({ roles }) => roles['website']?.includes('editor'));
    if (found) return found;
    throw new EstateError('config.invalid', 'importing: no sample account is editor of the website');
  }
  const entry = await stat(file).catch(() => undefined);
  if (!entry?.isFile() || entry.size > ACCOUNT_BYTES)
    throw new EstateError('input.invalid', `reading --account ${file}: there is no such file`);
  if ((entry.mode & 0o077) !== 0)
    throw new EstateError('input.invalid', `reading --account ${file}: others can read it: chmod 600 ${file}`);
  try {
    return accountSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    throw new EstateError('input.invalid', `reading --account ${file}: it must be JSON with email, password and totpSecret`);
  }
}

type Outcome = { readonly converted: Converted; readonly delivery: Delivery; readonly isDry: boolean };

async function tellAll(given: Given, { print }: Surroundings, { converted, delivery, isDry }: Outcome): Promise<void> {
  const report = {
    isDry,
    ...delivery,
    redirects: converted.moved.flatMap(({ redirects }) => redirects).length + converted.redirects.length,
    unresolvedLinks: listBy(converted, ({ unresolved }) => unresolved),
    picturesToAdd: listBy(converted, ({ pictures }) => pictures),
    leftOut: listBy(converted, ({ dropped }) => Object.entries(dropped).map(([what, count]) => `${what}: ${count}`)),
  };
  const file = textOf(given, 'report');
  if (file !== undefined) await writeFile(file, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 });
  if (given.options['json']) return print(JSON.stringify(report));
  print(`${isDry ? 'would be imported' : 'imported as drafts'}: ${report.imported.length}`);
  print(`imported before, the same since: ${report.unchanged}`);
  print(`imported before, changed on the old site since (left alone here): ${report.changed.length}`);
  for (const { where, id } of report.changed.slice(0, 20)) print(`  article ${id}: ${where}`);
  print(`refused: ${report.refused.length}`);
  for (const { where, why } of report.refused.slice(0, 20)) print(`  ${where}: ${why}`);
  const drafts = report.redirectDrafts.map(({ id, count }) => `article ${id} with ${count}`).join(', ');
  print(`redirects from old addresses: ${report.redirects}${drafts === '' ? '' : ` (new drafts: ${drafts})`}`);
  print(`texts with links that lead to what was not moved: ${report.unresolvedLinks.length}`);
  print(`texts with pictures to add by hand: ${report.picturesToAdd.length}`);
  print(`texts of which something was left out: ${report.leftOut.length}`);
  print(file === undefined ? 'Each of them is told with --report <file> or --json.' : `Each of them is told in ${file}.`);
}

function listBy<T>(
  { moved }: Converted,
  list: (each: Converted['moved'][number]) => readonly T[],
): { where: string; found: readonly T[] }[] {
  return moved.flatMap((each) => {
    const found = list(each);
    return found.length === 0 ? [] : [{ where: each.where, found }];
  });
}
