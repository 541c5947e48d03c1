import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { ROOT, readSources, WORKSPACES, workspaceOf } from './sources.ts';

/** Whoever writes rows of its own needs a query builder; for all others it would be a third of all they load. */
const WITH_QUERIES = ['compartments/', 'offsite/src/recovery/'];

const readPackage = (workspace: string): { name: string; exports?: Record<string, string> } =>
  JSON.parse(readFileSync(`${ROOT}${workspace}/package.json`, 'utf8'));
const packages = new Map(WORKSPACES.map((workspace) => [readPackage(workspace).name, workspace]));
const sources = new Map(readSources().map((source) => [source.path, source]));

/** The file of ours that an import leads to; undefined for others' packages. */
function fileOf(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier));
  if (specifier.startsWith('#')) return `${workspaceOf(from)}/src/${specifier.slice(1)}`;
  const [name = '', subpath = ''] = /^(@bulkhead\/[^/]+)(.*)$/.exec(specifier)?.slice(1) ?? [];
  const workspace = packages.get(name);
  if (workspace === undefined) return undefined;
  return normalize(join(workspace, readPackage(workspace).exports?.[`.${subpath}`] ?? ''));
}

/** How a process comes to load a package: the files from its entry to the one that imports it. */
function wayTo(wanted: string, entry: string): readonly string[] | undefined {
  const ways: (readonly string[])[] = [[entry]];
  const seen = new Set([entry]);
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    const path = way.at(-1) ?? '';
    for (const { specifier, isTypeOnly } of sources.get(path)?.imports ?? []) {
      if (isTypeOnly) continue;
      if (specifier === wanted) return way;
      const next = fileOf(path, specifier);
      if (next === undefined || seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}

test('a process that writes no rows of its own starts without a query builder', () => {
  const entries = [...sources.keys()].filter(
    (path) =>
      /^(headquarters\/[^/]+|offsite)\/src\/([^/]+\/)?main\.ts$/.test(path) && !WITH_QUERIES.some((one) => path.startsWith(one)),
  );
  assert.ok(entries.length >= 9);
  assert.ok(wayTo('kysely', 'offsite/src/recovery/main.ts'), 'it is found where it is');
  const ways = entries.flatMap((entry) => wayTo('kysely', entry)?.join(' → ') ?? []);
  assert.deepEqual(ways, []);
});
