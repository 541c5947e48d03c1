import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLog, hasCode } from '@bulkhead/kernel';
import { digestDirectory } from '@bulkhead/supervision';
import { temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import type { SeenFinding } from '#report/report.actions.ts';
import { Code } from './code.actions.ts';

/** Code of a compartment on disk, and what was seen of it. */
async function prepare() {
  const directory = await temporaryDirectory();
  const usual = join(directory, 'usual');
  await mkdir(join(usual, 'src'), { recursive: true });
  await writeFile(join(usual, 'src/main.ts'), 'export {};\n');
  const findings: SeenFinding[] = [];
  let noted: string | null = null;
  const open = () =>
    new Code({
      compartment: 'website',
      usual,
      builds: join(directory, 'builds'),
      modules: join(directory, 'node_modules'),
      noted: () => noted,
      note: async (sha256) => void (noted = sha256),
      reports: { finding: (seen) => void findings.push(seen) },
      log: createLog('test', 'silent'),
    });
  const patched = join(directory, 'patched');
  await cp(usual, patched, { recursive: true });
  await writeFile(join(patched, 'src/main.ts'), 'export const isPatched = true;\n');
  return { directory, usual, patched, findings, open, code: open() };
}

test('[O12] the digest of a build is that of its copy, and changes with any file, package or link', async () => {
  const { patched, directory } = await prepare();
  const sha256 = await digestDirectory(patched);
  await mkdir(join(patched, 'node_modules/@bulkhead'), { recursive: true });
  await writeFile(join(patched, 'node_modules/@bulkhead/planted.ts'), 'export {};');
  await symlink('/etc/passwd', join(patched, 'src/link.ts'));
  assert.notEqual(await digestDirectory(patched), sha256, 'what is run with them is another thing');
  const copy = join(directory, 'copy');
  await cp(patched, copy, { recursive: true, verbatimSymlinks: true });
  assert.equal(await digestDirectory(copy), await digestDirectory(patched));
});

test('[O12] code that changed since the last start, or while it runs, is told once for each change', async () => {
  const { usual, findings, open } = await prepare();
  const stopping = new AbortController();
  const code = open();
  await code.prepare(undefined);
  const watching = code.watch(stopping.signal);
  assert.deepEqual([code.directory, code.orderedDigest, findings.length], [usual, null, 0]);
  await mkdir(join(usual, 'node_modules'));
  await writeFile(join(usual, 'node_modules/planted.ts'), 'export {};\n');
  await waitUntil(() => findings.length === 1, { what: 'it was seen', timeoutMs: 30_000 });
  stopping.abort();
  await watching;
  assert.deepEqual([findings[0]?.rule, findings[0]?.compartment], ['code.changed', 'website']);
  await open().prepare(undefined);
  assert.equal(findings.length, 2, 'told again at the next start');
  await open().prepare(undefined);
  assert.equal(findings.length, 2, 'and then it is what stands');
});

test('[O12] an ordered build runs from a copy that was compared, outlasts its source, and is not started when it differs', async () => {
  const { patched, findings, open, code, directory } = await prepare();
  const build = { directory: patched, sha256: await digestDirectory(patched) };
  await code.prepare(build);
  assert.equal(code.orderedDigest, build.sha256);
  assert.match(await readFile(join(code.directory, 'src/main.ts'), 'utf8'), /isPatched/);
  await writeFile(join(patched, 'src/main.ts'), 'export const isAttackers = true;\n');
  await open().prepare(build);
  assert.equal(findings.length, 0, 'what was compared stands');
  await writeFile(join(code.directory, 'src/main.ts'), 'export const isAttackers = true;\n');
  await assert.rejects(open().prepare(build), (error) => hasCode(error, 'code.changed'));
  assert.deepEqual(new Set(findings.map(({ rule }) => rule)), new Set(['code.changed']));
  await rm(patched, { recursive: true });
  await assert.rejects(open().prepare(build), (error) => hasCode(error, 'code.changed'));
  assert.ok(code.directory.startsWith(join(directory, 'builds/website-')));
});
