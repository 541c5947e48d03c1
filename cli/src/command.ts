import type { ErrorCode, Now } from '@bulkhead/kernel';
import type { Configuration } from '#configuration/configuration.ts';
import type { EstatePaths } from '#estate/paths.ts';

/** What every command is given: where it stands, how to write, and when it is. */
export type Surroundings = {
  readonly configuration: Configuration;
  readonly paths: EstatePaths;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: Now;
  readonly isTerminal: boolean;
  readonly print: (line: string) => void;
  readonly tell: (line: string) => void;
};

export type Option = {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly value?: string;
  readonly help: string;
};
export type Given = {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
};

/** One command of `bulkhead`: a file in commands/. */
export type Command = {
  readonly summary: string;
  /** Its words after the name, such as `<compartment>`. */
  readonly words: string;
  /** How many words it takes, at least and at most. */
  readonly count: readonly [number, number];
  readonly options: Readonly<Record<string, Option>>;
  readonly details: string;
  /** @returns the exit code, one of EXIT */
  readonly run: (given: Given, surroundings: Surroundings) => Promise<number>;
};

/** Exit codes that tell; the same for every command. */
export const EXIT = { done: 0, failed: 1, usage: 2, notRunning: 3, refused: 4 } as const;

export const JSON_OPTION: Option = { type: 'boolean', help: 'print JSON for machines' };
export const AS_OPTION: Option = {
  type: 'string',
  value: 'operator',
  help: "who orders: the name of a key in the operators directory, or a key file's path",
};

const EXIT_OF: Partial<Record<ErrorCode, number>> = {
  'config.invalid': EXIT.usage,
  'manifest.invalid': EXIT.usage,
  'input.invalid': EXIT.usage,
  'estate.not_running': EXIT.notRunning,
  'estate.starting': EXIT.notRunning,
  'estate.not_a_sample': EXIT.refused,
  'operator.unknown': EXIT.refused,
  'site.elsewhere': EXIT.refused,
  'site.wrong_state': EXIT.refused,
  'site.code_refused': EXIT.refused,
  'link.untrusted': EXIT.refused,
  'wire.refused': EXIT.refused,
  'compartment.unknown': EXIT.refused,
  'incident.not_found': EXIT.refused,
  'request.not_found': EXIT.refused,
};

/** The exit code that tells of an error; what another process refused as wrong words are wrong words here, too. */
export function exitCodeOf(code: ErrorCode, cause?: ErrorCode): number {
  if (code === 'wire.refused' && cause === 'input.invalid') return EXIT.usage;
  return EXIT_OF[code] ?? EXIT.failed;
}

/** The text of an option, or undefined. */
export function textOf(given: Given, name: string): string | undefined {
  const value = given.options[name];
  return typeof value === 'string' ? value : undefined;
}
