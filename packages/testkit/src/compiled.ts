import { existsSync } from 'node:fs';

const DIRECTORY = new URL('../../../node_modules/.cache/compiled', import.meta.url).pathname;

/** What a process under test is started with to use modules that were compiled before. */
export type Compiled = { readonly flags: readonly string[]; readonly environment: Readonly<Record<string, string>> };

/**
 * The flags of the permission model, and the variable, by which a process starts in half the processor time. Under
 * another uid it reads what root compiled, as supervised processes do.
 */
export async function compiledModules(owner?: { readonly uid: number; readonly gid: number }): Promise<Compiled> {
  const { mayUseCompiled } = await import('@bulkhead/supervision');
  const mayUse = existsSync(DIRECTORY) && (owner === undefined || (await mayUseCompiled(DIRECTORY, owner)));
  if (!mayUse) return { flags: [], environment: {} };
  return { flags: [`--allow-fs-write=${DIRECTORY}`], environment: { NODE_COMPILE_CACHE: DIRECTORY } };
}
