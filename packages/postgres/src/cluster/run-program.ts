import { spawn } from 'node:child_process';
import { EstateError } from '@bulkhead/kernel';
import type { Owner } from './copy-tree.ts';

const KEPT_OUTPUT = 4_000;

/** Runs a program of PostgreSQL to its end, as `owner`; its last output becomes part of the error. */
export function runProgram(program: string, args: readonly string[], owner: Owner | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...owner,
      env: { LC_ALL: 'C', TZ: 'UTC' },
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (cause) => reject(new EstateError('process.start_failed', `starting ${program}`, { cause })));
    child.once('close', (code) => {
      if (code === 0) return resolve();
      reject(new EstateError('postgres.start_failed', `running ${program}: it ended with ${code}: ${output.trim()}`));
    });
  });
}
