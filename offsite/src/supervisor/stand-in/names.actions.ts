import { spawn } from 'node:child_process';
import type { NameHook } from '@bulkhead/contracts';

const OUTPUT_LIMIT = 1500;

/**
 * Runs the program that moves the public names, without a shell and with an environment of its own: where to, and which names.
 * @returns what it said and how it ended, for people; null if there is no hook
 */
export async function runNameHook(
  hook: NameHook | null | undefined,
  way: 'away' | 'home',
  { to, names }: { readonly to: 'stand-in' | 'reading-room'; readonly names: readonly string[] },
): Promise<string | null> {
  if (!hook) return null;
  const [program, ...words] = hook[way];
  const child = spawn(program, words, {
    cwd: '/',
    env: {
      BULKHEAD_TO: way === 'away' ? to : 'headquarters',
      BULKHEAD_NAMES: names.join(' '),
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  const hear = (chunk: Buffer) => {
    if (said.length < OUTPUT_LIMIT) said += chunk.toString('utf8');
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  let isLate = false;
  const forced = setTimeout(() => {
    isLate = true;
    if (child.pid !== undefined) endGroup(child.pid);
  }, hook.timeoutSeconds * 1000);
  const how = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(code === 0 ? 'done' : `ended with ${signal ?? code}`));
  });
  clearTimeout(forced);
  const outcome = isLate ? `was ended after ${hook.timeoutSeconds} s: the names may not have moved` : how;
  return `${program}: ${outcome}${said.trim() === '' ? '' : `; it said: ${said.trim().slice(0, OUTPUT_LIMIT)}`}`;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
