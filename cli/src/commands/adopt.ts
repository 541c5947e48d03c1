import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { noteAdoption } from '#estate/adopted.ts';
import { listRuns } from '#estate/run.ts';
import { type Command, EXIT, JSON_OPTION } from '../command.ts';

/** A directory stands for the manifest in it. */
async function findManifest(word: string): Promise<string> {
  const entry = await stat(word).catch(() => undefined);
  return entry?.isDirectory() ? join(word, 'bulkhead.json') : word;
}

export const command: Command = {
  summary: 'Take an application that knows nothing of Bulkhead into care, by its manifest alone.',
  words: '<manifest>',
  count: [1, 1],
  options: { json: JSON_OPTION },
  details: `
The manifest is a JSON file beside the application, or the directory in which it stands as bulkhead.json. It is checked, and every fault is told; then it is noted, and
the estate takes the application in at its next start. What the estate cannot promise for it is shown: read it
to whoever owns the application. docs/design/adoption.md tells what may stand in a manifest.

Examples:
  bulkhead adopt examples/lending-library
  bulkhead adopt /srv/library/bulkhead.json`,
  run: async (given, { paths, print }) => {
    const { manifest, directory, level, notPromised } = await noteAdoption(paths, await findManifest(given.words[0] ?? ''));
    const isRunning = (await listRuns(paths)).length > 0;
    if (given.options['json']) {
      print(JSON.stringify({ name: manifest.name, level, directory, notPromised, isRunning }));
      return EXIT.done;
    }
    print(`${manifest.name} (${manifest.title.en}) is adopted at level ${level}, from ${directory}.`);
    print('What this estate does not promise for it:');
    for (const sentence of notPromised) print(`  - ${sentence}`);
    print(
      isRunning
        ? 'The running estate does not have it yet: "bulkhead stop" and start again; all data stays.'
        : 'It is there from the next start on: "npm start".',
    );
    return EXIT.done;
  },
};
