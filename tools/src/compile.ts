import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, globSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { COMPILED_DIRECTORY } from '@bulkhead/supervision';

const ENTRIES = '{compartments,headquarters}/*/src/main.ts';
const ENTRIES_OFFSITE = 'offsite/src/*/main.ts';

/**
 * Compiles what the processes of an estate import, so that they start in half the processor time. Nothing of it runs:
 * all is compiled before the first module is evaluated, and that one ends the process.
 * @returns how many entries
 */
export async function compileModules(root: string): Promise<number> {
  const directory = join(root, COMPILED_DIRECTORY);
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const entries = globSync([ENTRIES, ENTRIES_OFFSITE], { cwd: root }).sort();
  const script = ['data:text/javascript,process.exit(0)', ...entries.map((entry) => join(root, entry))]
    .map((specifier) => `import ${JSON.stringify(specifier)};`)
    .join('\n');
  // What was compiled under other flags of V8 is not used: these are those of supervised processes.
  const child = spawn(process.execPath, ['--disallow-code-generation-from-strings', '--input-type=module', '-e', script], {
    env: { NODE_COMPILE_CACHE: directory },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`compiling the modules ended with ${code}`);
  letAllRead(directory);
  return entries.length;
}

/** Node writes for itself alone; processes of other users are to read it. */
function letAllRead(directory: string): void {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755);
    else if (entry.isFile()) chmodSync(join(entry.parentPath, entry.name), 0o644);
  }
}
