/** What `npm run bench` was asked for. */
export type Asked = {
  /** None: all that are no part of another. */
  readonly names: readonly string[];
  readonly wantsHelp: boolean;
  readonly wantsJson: boolean;
  readonly isLong: boolean;
  readonly isQuick: boolean;
  readonly pages: number | undefined;
  readonly trials: number | undefined;
  readonly rounds: number | undefined;
};

const SWITCHES = ['--help', '--json', '--long', '--quick'] as const;
/** Options with a number, and the least that it may be. */
const NUMBERS = { '--pages': 10, '--trials': 1, '--rounds': 1 } as const;
const OPTIONS = [...SWITCHES, ...Object.keys(NUMBERS).map((option) => `${option} N`)];

/** @throws Error with a sentence for whoever typed it */
export function parseAsked(given: readonly string[], known: readonly string[]): Asked {
  const words = [...given];
  const takeNumber = (option: keyof typeof NUMBERS): number | undefined => {
    const at = words.indexOf(option);
    if (at < 0) return undefined;
    const [, text = ''] = words.splice(at, 2);
    const least = NUMBERS[option];
    if (/^[1-9]\d{0,5}$/.test(text) && Number(text) >= least) return Number(text);
    throw new Error(`${option} must be a whole number from ${least} to 999999, and is "${text}"`);
  };
  const numbers = { pages: takeNumber('--pages'), trials: takeNumber('--trials'), rounds: takeNumber('--rounds') };
  const takeSwitch = (option: (typeof SWITCHES)[number]): boolean => {
    const isThere = words.includes(option);
    if (isThere) words.splice(0, words.length, ...words.filter((word) => word !== option));
    return isThere;
  };
  const wantsHelp = takeSwitch('--help');
  const asked = { wantsHelp, wantsJson: takeSwitch('--json'), isLong: takeSwitch('--long'), isQuick: takeSwitch('--quick') };
  const option = words.find((word) => word.startsWith('-'));
  if (option !== undefined) throw new Error(`no option "${option}"; there are ${OPTIONS.join(', ')}`);
  const name = words.find((word) => !known.includes(word));
  if (name !== undefined) throw new Error(`no measurement "${name}"; there are ${known.join(', ')}`);
  return { names: words, ...asked, ...numbers };
}

/** @param measures names, and what each measures beside what, in a line */
export function tellUsage(measures: readonly (readonly [name: string, what: string])[]): string {
  const width = Math.max(...measures.map(([name]) => name.length));
  const lines = measures.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`);
  return `npm run bench [-- NAME…] [-- OPTION…]

Measures our work beside a peer's in one run, and prints a table. Without a name: all but the parts of "offsite".

${lines.join('\n')}

  --json      prints the rows as JSON
  --quick     offsite, gisis: a few minutes, to see that all of it runs
  --rounds N  offsite: how often each arm is measured
  --trials N  offsite-killed: how often headquarters is killed
  --pages N   website: with so many pages, in the place of the sample's
  --long      vault, undo: the longest histories, too
  --help      prints this

PGMEMENTO_DIRECTORY=a checkout of pgMemento measures the undo beside it, too.`;
}
