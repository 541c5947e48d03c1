import type { Owner } from '../owner/owner.ts';
import { type Isolation, isolate } from './isolation.ts';
import type { PlainHealth } from './plain-health.ts';

/** What a process is started with. It gets nothing else: no inherited environment, no other directory. */
export type ProcessSpec = {
  /** Unique in its site; names the log file. */
  readonly name: string;
  /** Absolute path of its main.ts. */
  readonly entry: string;
  /** The whole environment; a function is asked anew at each start, for secrets that do not keep. */
  readonly environment: Readonly<Record<string, string>> | (() => Promise<Readonly<Record<string, string>>>);
  /** The uid and gid to run under; needs root. */
  readonly owner?: Owner | undefined;
  /** Another process runs under this uid: what ends with this one is its own group, and nobody else. */
  readonly sharesUid?: boolean;
  /** Files and directories it may read, besides those of `write`. */
  readonly read: readonly string[];
  /** Files and directories it may write. */
  readonly write: readonly string[];
  readonly allowChildProcess?: boolean;
  /** Libraries that are not JavaScript may be loaded: the permission model does not bind them, its user does. */
  readonly allowAddons?: boolean;
  /** The largest JavaScript heap. */
  readonly memoryMb: number;
  /** Where it tells how it does: GET `path` on `socket`. */
  readonly health: { readonly socket: string; readonly secret: string; readonly path: string } | PlainHealth;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  readonly restart: 'always' | 'never';
  /** Namespaces of its own, where there are some: it sees what it may read and write, the sockets in `reach`, and no network. */
  readonly isolation?: { readonly by: Isolation | undefined; readonly reach: readonly string[] };
  /** A program that is not ours, in place of Node with `entry`: nothing but its user bounds it. */
  readonly program?: { readonly command: readonly [string, ...string[]]; readonly directory: string };
};

type Command = {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly cwd: string;
  /** Who the system starts it as; undefined where it becomes its owner by itself, or has none. */
  readonly owner: Owner | undefined;
};

/** The command line that a process is started with, and where; with root's compiled modules if they are given. */
export function commandOf(spec: ProcessSpec, node: string, compiled?: string): Command {
  const plain = plainCommandOf(spec, node, compiled);
  const { owner, isolation } = spec;
  if (owner === undefined || isolation?.by === undefined) return { ...plain, owner };
  const read = outermost([node, ...spec.read, ...isolation.reach, ...(compiled === undefined ? [] : [compiled])]);
  return { ...isolate(isolation.by, owner, { read, write: outermost(spec.write) }, plain), cwd: '/', owner: undefined };
}

function plainCommandOf(spec: ProcessSpec, node: string, compiled: string | undefined): Omit<Command, 'owner'> {
  if (spec.program === undefined) return { file: node, arguments: listArguments(spec, compiled), cwd: '/' };
  // Whatever it makes lies in directories that only it may enter, but for its socket, which the gateway must be able to open.
  const script = 'umask 0 && exec "$@"';
  return { file: '/bin/sh', arguments: ['-c', script, 'sh', ...spec.program.command], cwd: spec.program.directory };
}

/** Node's arguments: the permission model with just these paths, no code from strings, a bounded heap. */
export function listArguments(spec: ProcessSpec, compiled?: string): string[] {
  // Node reads compiled modules only where it has leave to write them; the file system does not give it.
  const offered = compiled === undefined ? [] : [compiled];
  return [
    '--permission',
    ...outermost([...spec.read, ...spec.write, ...offered]).map((path) => `--allow-fs-read=${path}`),
    ...outermost([...spec.write, ...offered]).map((path) => `--allow-fs-write=${path}`),
    ...(spec.allowChildProcess === true ? ['--allow-child-process'] : []),
    ...(spec.allowAddons === true ? ['--allow-addons'] : []),
    '--disallow-code-generation-from-strings',
    `--max-old-space-size=${spec.memoryMb}`,
    spec.entry,
  ];
}

/** Without what lies below another path: Node 24 forgets a directory itself when something below it is granted too. */
function outermost(paths: readonly string[]): string[] {
  const unique = [...new Set(paths.map((path) => (path.length > 1 ? path.replace(/\/+$/, '') : path)))];
  return unique.filter((path) => !unique.some((other) => other !== path && path.startsWith(`${other}/`)));
}
