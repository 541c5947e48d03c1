import { examine } from '#site/examination.ts';
import { type Command, EXIT, JSON_OPTION } from '../command.ts';

export const command: Command = {
  summary: 'Tell what is wrong with this installation, and what to do about each.',
  words: '',
  count: [0, 0],
  options: { json: JSON_OPTION },
  details: `
Looks at Node, PostgreSQL, the configuration, ports, directories, disk space and, if the estate runs, at both
sites and their compartments. Changes nothing. Exit code 1 when something is wrong.`,
  run: async ({ options }, surroundings) => {
    const remarks = await examine(surroundings);
    const isWell = remarks.every(({ ok }) => ok);
    if (options['json']) surroundings.print(JSON.stringify({ ok: isWell, remarks }));
    else {
      for (const { ok, what, mend } of remarks)
        surroundings.print(`${ok ? '  ok    ' : '  WRONG '} ${what}${ok || !mend ? '' : `\n          to do: ${mend}`}`);
      surroundings.print(isWell ? '\nNothing is wrong.' : '\nSomething is wrong; see "to do" above.');
    }
    return isWell ? EXIT.done : EXIT.failed;
  },
};
