import { globSync, readFileSync } from 'node:fs';

export const ROOT = new URL('../..', import.meta.url).pathname;

export type Import = { readonly specifier: string; readonly isTypeOnly: boolean };
export type Source = { readonly path: string; readonly text: string; readonly imports: readonly Import[] };

/** Workspaces, as `packages/kernel` or `offsite`. */
export const WORKSPACES: readonly string[] = globSync(
  [
    'packages/*/package.json',
    'compartments/*/package.json',
    'headquarters/*/package.json',
    '{offsite,cli,tools,benchmarks,tests}/package.json',
  ],
  { cwd: ROOT },
).map((path) => path.replace(/\/package\.json$/, ''));

/** Every TypeScript file of ours, with what it imports. */
export function readSources(): readonly Source[] {
  return globSync('{packages,compartments,headquarters,offsite,cli,tools,benchmarks,tests}/**/*.ts', {
    cwd: ROOT,
    exclude: (name) => name === 'node_modules',
  })
    .filter((path) => !path.includes('node_modules'))
    .sort()
    .map((path) => {
      const text = readFileSync(ROOT + path, 'utf8');
      return { path, text, imports: listImports(text) };
    });
}

function listImports(text: string): Import[] {
  const statements = text.matchAll(/^\s*(import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm);
  return [...statements].map((match) => ({ specifier: match[3] ?? '', isTypeOnly: match[2] !== undefined }));
}

/** The workspace a file belongs to. */
export function workspaceOf(path: string): string {
  return WORKSPACES.find((workspace) => path.startsWith(`${workspace}/`)) ?? '';
}

/** Whether a file is a test, or serves tests only. */
export function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || /(^|\/)tests\//.test(path) || path.startsWith('packages/testkit/');
}
