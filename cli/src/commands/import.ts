import { readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { EstateError } from '@bulkhead/kernel';
import { type Converted, convertExport, type Export, FORMATS } from '#moving/converter.ts';
import { type Delivery, deliver } from '#moving/deliver.ts';
import { ACCOUNT_OPTION, enterNewsroom } from '#moving/entering.ts';
import { Memory } from '#moving/memory.ts';
import { importRecords } from '#moving/records.ts';
import { type Command, EXIT, type Given, JSON_OPTION, type Surroundings, textOf } from '../command.ts';

const EVENTS_BYTES = 65_536;

export const command: Command = {
  summary: 'Move in: write the articles of another site as drafts; or records of a CSV file or workbook into the registry.',
  words: 'website <file or directory> | gisis <file>',
  count: [2, 2],
  options: {
    from: { type: 'string', value: FORMATS.join('|'), help: 'website: what exported it (needed)' },
    origin: { type: 'string', value: 'address', help: 'where the old site stood, such as https://www.example.org' },
    language: { type: 'string', value: 'ar|zh|en|fr|ru|es', help: 'of texts that do not say theirs; en unless told' },
    kinds: { type: 'string', value: 'type=kind,…', help: 'what a type of the old site becomes: press=press-briefing' },
    pictures: {
      type: 'string',
      value: 'directory',
      help: 'files of pictures, under their paths on the old site; in the export unless told',
    },
    credit: { type: 'string', value: 'text', help: 'whom to name for pictures of whole articles, if the export does not say' },
    events: { type: 'string', value: 'file', help: 'JSON: types that are events, and the fields that say when and where' },
    zone: { type: 'string', value: 'zone', help: 'of times that do not say theirs, such as Europe/London; UTC unless told' },
    account: ACCOUNT_OPTION,
    report: { type: 'string', value: 'file', help: 'write the whole report there, as JSON' },
    module: { type: 'string', value: 'name', help: 'gisis: of which module the records are, such as ship (needed)' },
    source: { type: 'string', value: 'text', help: 'gisis: where they come from; it stands in their history (needed)' },
    since: { type: 'string', value: 'day', help: 'gisis: the day from which changed names and flags hold' },
    sure: { type: 'boolean', help: 'gisis: file what looks odd or alike too' },
    'dry-run': { type: 'boolean', help: 'write nothing: only read, and tell what would be imported' },
    json: JSON_OPTION,
  },
  details: `
wordpress  an export file (Tools > Export), or a directory of them; its pictures are files of their own: --pictures
drupal     answers of JSON:API that were saved, nodes and redirects: one file or a directory; --origin is needed
pages      a directory of saved HTML pages with their pictures, as a crawl leaves it; --origin is needed
ics        a calendar file, or a directory of them: its events
bulkhead   a directory that "bulkhead export website" wrote: all that stands for its articles, subjects and pictures too

Posts and articles become news, pages stay pages; kinds are news, press-briefing, statement, meeting-summary, event, page.
Translations are put together where the export says which belong to each other; an English text is needed.
All goes through the newsroom's own form as an editor, and is a draft: two persons still publish each article, and the
redirects too. Without --account a sample estate's editor writes. What was imported is noted in the estate's data:
running it again imports nothing twice, and tells what changed on the old site since.
Pictures are looked for in that directory and nowhere else, with wp-content/uploads or sites/…/files before them or not,
and checked as uploads are. Those that are missing, refused, or that nobody described are told with their article.
Events of WordPress and Drupal have other fields with each plugin; --events says which, for The Events Calendar:
  {"tribe_events": {"starts": "_EventStartDate", "ends": "_EventEndDate", "zone": "_EventTimezone", "place": "_EventVenueID"}}

Records go through the registry's own page as a person who may file them; without --account a sample estate's supplier of
data sends them. What is refused is told by row and column. "bulkhead import gisis sample" brings all records that are
shipped into a sample estate, of which its first start takes a few.

Examples:
  bulkhead import gisis ships.csv --module ship --source "List of the supplier" --dry-run
  bulkhead import website export.xml --from wordpress --dry-run --report report.json
  bulkhead import website export.xml --from wordpress --pictures ./wp-content/uploads --credit "Our photographers"
  bulkhead import website ./crawl --from pages --origin https://www.example.org --kinds press=press-briefing`,
  run: async (given, surroundings) => {
    if (given.words[0] === 'gisis') return importRecords(given, surroundings);
    const wanted = await readGiven(given);
    const isDry = given.options['dry-run'] === true;
    const memory = await Memory.of(surroundings.paths);
    const converted = await convertExport(surroundings.paths.checkout, wanted);
    const member = isDry ? null : await enterNewsroom(given, surroundings);
    try {
      const delivery = await deliver(converted, { door: member, memory, pictureRoot: await pictureRootOf(wanted) });
      await tellAll(given, surroundings, { converted, delivery, isDry });
      return EXIT.done;
    } finally {
      member?.leave();
    }
  },
};

async function readGiven(given: Given): Promise<Export> {
  const [compartment = '', source = ''] = given.words;
  if (compartment !== 'website')
    throw new EstateError(
      'input.invalid',
      `importing into ${compartment}: the website takes what other sites exported, and gisis records`,
    );
  const format = FORMATS.find((each) => each === textOf(given, 'from'));
  if (!format)
    throw new EstateError('input.invalid', `importing ${source}: say with --from what exported it: ${FORMATS.join(', ')}`);
  const kinds = (textOf(given, 'kinds') ?? '').split(',').filter((pair) => pair !== '');
  return {
    format,
    source,
    origin: textOf(given, 'origin'),
    language: textOf(given, 'language'),
    pictures: textOf(given, 'pictures'),
    credit: textOf(given, 'credit'),
    zone: textOf(given, 'zone'),
    events: await readEvents(textOf(given, 'events')),
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

/** The converter says what is wrong in it. */
async function readEvents(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const entry = await stat(file).catch(() => undefined);
  if (!entry?.isFile() || entry.size > EVENTS_BYTES)
    throw new EstateError(
      'input.invalid',
      `reading --events ${file}: there is no such file, or it is longer than ${EVENTS_BYTES} bytes`,
    );
  return readFile(file, 'utf8');
}

async function pictureRootOf({ source, pictures = source }: Export): Promise<string | null> {
  const entry = await stat(pictures).catch(() => undefined);
  return entry?.isDirectory() ? realpath(pictures) : null;
}

type Outcome = { readonly converted: Converted; readonly delivery: Delivery; readonly isDry: boolean };

async function tellAll(given: Given, { print }: Surroundings, { converted, delivery, isDry }: Outcome): Promise<void> {
  const report = {
    isDry,
    ...delivery,
    redirects: converted.moved.flatMap(({ redirects }) => redirects).length + converted.redirects.length,
    unresolvedLinks: listBy(converted, ({ unresolved }) => unresolved),
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
  const { brought, missing, undescribed } = report.pictures;
  print(
    `pictures brought: ${brought}; to add by hand: ${missing.length}; to describe before their article can be submitted: ${undescribed.length}`,
  );
  for (const { where, src, why } of missing.slice(0, 20)) print(`  ${where}: ${src}: ${why}`);
  if (report.unnamed.length > 0) print(`articles that name what was not brought: ${report.unnamed.length}`);
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
