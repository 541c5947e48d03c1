import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { isTest, ROOT, readSources, type Source, WORKSPACES, workspaceOf } from './sources.ts';

const RANK: Record<string, number> = {
  'packages/kernel': 0,
  'packages/contracts': 1,
  'packages/wire': 1,
  'packages/postgres': 2,
  'packages/blobs': 2,
  'packages/web': 2,
  'packages/supervision': 2,
  'packages/visitor': 2,
  'packages/front': 3,
  'packages/link': 3,
  'packages/testkit': 3,
};
const FOR_TESTS_ONLY = ['tests', 'tools', 'benchmarks'];
const nameOf = new Map(WORKSPACES.map((workspace) => [readPackage(workspace).name, workspace]));
const sources = readSources();

function readPackage(workspace: string): {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
} {
  return JSON.parse(readFileSync(`${ROOT}${workspace}/package.json`, 'utf8'));
}

function rankOf(workspace: string): number {
  return RANK[workspace] ?? 4;
}

function workspaceImports(source: Source) {
  return source.imports.flatMap(({ specifier }) => {
    const name = /^@bulkhead\/[^/]+/.exec(specifier)?.[0];
    return name === undefined ? [] : [{ name, specifier, workspace: nameOf.get(name) ?? '?' }];
  });
}

/** Files inside the same workspace that a source imports, as paths from the root. */
function innerImports(source: Source): string[] {
  const workspace = workspaceOf(source.path);
  return source.imports.flatMap(({ specifier }) => {
    if (specifier.startsWith('#')) return [`${workspace}/src/${specifier.slice(1)}`];
    if (specifier.startsWith('.')) return [normalize(join(dirname(source.path), specifier))];
    return [];
  });
}

function assertNone(faults: readonly string[]): void {
  assert.equal(faults.length, 0, `\n${faults.join('\n')}`);
}

test('a package imports only packages of a lower rank, and testkit serves tests only', () => {
  assertNone(
    sources.flatMap((source) => {
      const from = workspaceOf(source.path);
      return workspaceImports(source).flatMap(({ workspace, specifier }) => {
        if (workspace === from) return [];
        if (workspace === 'packages/testkit') {
          return isTest(source.path) || FOR_TESTS_ONLY.includes(from)
            ? []
            : [`${source.path} imports ${specifier}: only tests may`];
        }
        return rankOf(workspace) < rankOf(from) ? [] : [`${source.path} imports ${specifier}: not of a lower rank`];
      });
    }),
  );
});

test('nobody imports a compartment, a headquarters process, off-site or the cli', () => {
  assertNone(
    sources.flatMap((source) =>
      workspaceImports(source)
        .filter(({ workspace }) => !workspace.startsWith('packages/') && workspace !== workspaceOf(source.path))
        .map(({ specifier }) => `${source.path} imports ${specifier}`),
    ),
  );
});

test('every workspace import is declared in the package.json of the importer', () => {
  assertNone(
    sources.flatMap((source) => {
      const { dependencies = {}, devDependencies = {}, name: own } = readPackage(workspaceOf(source.path));
      return workspaceImports(source)
        .filter(({ name }) => name !== own && !(name in dependencies) && !(isTest(source.path) && name in devDependencies))
        .map(({ name }) => `${source.path} imports ${name}: not declared in ${workspaceOf(source.path)}/package.json`);
    }),
  );
});

test('no import leaves its workspace by a relative path', () => {
  assertNone(
    sources.flatMap((source) =>
      innerImports(source)
        .filter((target) => !target.startsWith(`${workspaceOf(source.path)}/`))
        .map((target) => `${source.path} imports ${target}`),
    ),
  );
});

/** What a file of a role may import from its own capability. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  rules: ['rules'],
  store: ['rules', 'store'],
  actions: ['rules', 'store', 'actions'],
  views: ['rules', 'views'],
  routes: ['rules', 'actions', 'views', 'routes'],
  jobs: ['rules', 'actions', 'jobs'],
};

function roleOf(path: string): string | undefined {
  return /\.(rules|store|actions|views|routes|jobs)\.ts$/.exec(path)?.[1];
}

test('inside a capability rules know nobody, stores know rules, actions know stores, routes and jobs know actions; views never see a store', () => {
  assertNone(
    sources
      .filter((source) => !isTest(source.path))
      .flatMap((source) => {
        const role = roleOf(source.path);
        if (role === undefined) return [];
        return innerImports(source)
          .filter((target) => roleOf(target) !== undefined && dirname(target) === dirname(source.path))
          .filter((target) => !MAY_IMPORT[role]?.includes(roleOf(target) ?? ''))
          .map((target) => `${source.path} (${role}) imports ${target} (${roleOf(target)})`);
      }),
  );
});

test("a capability reaches another only through its rules and actions (and views another's views)", () => {
  assertNone(
    sources
      .filter((source) => !isTest(source.path) && roleOf(source.path) !== undefined)
      .flatMap((source) =>
        innerImports(source)
          .filter((target) => roleOf(target) !== undefined && dirname(target) !== dirname(source.path))
          .filter(
            (target) =>
              !['rules', 'actions'].includes(roleOf(target) ?? '') &&
              !(roleOf(source.path) === 'views' && roleOf(target) === 'views'),
          )
          .map((target) => `${source.path} imports ${target}`),
      ),
  );
});

test('the capabilities of a workspace import each other without a cycle', () => {
  const edges = new Map<string, Set<string>>();
  for (const source of sources.filter((candidate) => !isTest(candidate.path) && roleOf(candidate.path) !== undefined)) {
    const from = dirname(source.path);
    for (const target of innerImports(source)) {
      if (roleOf(target) === undefined || dirname(target) === from) continue;
      edges.set(from, (edges.get(from) ?? new Set()).add(dirname(target)));
    }
  }
  assertNone([...edges.keys()].flatMap((start) => findCycle(start, edges)));
});

function findCycle(start: string, edges: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const seen = new Set<string>();
  const waiting = [...(edges.get(start) ?? [])];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (at === start) return [`${start} comes back to itself`];
    if (seen.has(at)) continue;
    seen.add(at);
    waiting.push(...(edges.get(at) ?? []));
  }
  return [];
}

const ROOMS = /^(compartments|headquarters|offsite)\//;

test('the query builder and the driver are used only in stores and in packages/postgres', () => {
  assertNone(
    sources
      .filter((source) => ROOMS.test(source.path) && !isTest(source.path) && !/\.store\.ts$|\/schema\.ts$/.test(source.path))
      .flatMap((source) =>
        source.imports
          .filter(({ specifier, isTypeOnly }) => !isTypeOnly && (specifier === 'kysely' || specifier === 'pg'))
          .map(({ specifier }) => `${source.path} imports ${specifier}`),
      ),
  );
});

test('the environment is read in main.ts alone; the clock and random ids come from app.ts or main.ts', () => {
  assertNone(
    sources
      .filter((source) => ROOMS.test(source.path) && !isTest(source.path))
      .flatMap((source) => {
        const isMain = source.path.endsWith('/main.ts');
        const isRoot = isMain || source.path.endsWith('/app.ts');
        const code = source.text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
        return [
          ...(!isMain && /process\.env/.test(code) ? [`${source.path} reads process.env`] : []),
          ...(!isRoot && /new Date\(\)|Date\.now\(\)/.test(code) ? [`${source.path} reads the clock`] : []),
          ...(!isRoot && /randomUUID\(/.test(code) ? [`${source.path} draws a random id`] : []),
        ];
      }),
  );
});

test('no folder is a place for what has no owner', () => {
  const homeless = /(^|\/)(utils|helpers|common|shared|lib|misc)(\/|\.ts$)/;
  assertNone(sources.filter((source) => homeless.test(source.path)).map((source) => source.path));
});
