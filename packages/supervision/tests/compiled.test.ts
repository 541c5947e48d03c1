import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { isRoot } from '#owner/owner.ts';
import { mayUseCompiled } from '#process/compiled.ts';
import { askAbout, exampleSpec, superviseIn, temporaryDirectory } from './estate-of-examples.ts';

const OTHER = { uid: 63_170, gid: 63_170 };
const skip = isRoot() ? false : 'not shown: as an ordinary user all processes share a uid';

test('[SU5] a process uses what root compiled, and cannot leave anything there', { skip }, async (t) => {
  const directory = await temporaryDirectory(t);
  const compiled = join(directory, 'compiled');
  const names = ['v24.0.0-x64-one-0', 'v24.0.0-x64-two-0'];
  for (const name of names) await mkdir(join(compiled, name), { recursive: true, mode: 0o755 });
  const supervision = await superviseIn(t, directory, undefined, compiled);
  await supervision.start(await exampleSpec(directory, 'one', { owner: OTHER }));
  await supervision.untilHealthy('one', 60_000);
  // No directory is of this very Node: the process could not make its own.
  assert.equal((await askAbout(directory, 'one')).compiled, null);
  assert.equal(await readlink(join(compiled, `v24.0.0-x64-one-${OTHER.uid}`)), names[0]);

  const known = basename(compileIn(compiled));
  assert.match(known, /-0$/);
  await chmod(join(compiled, known), 0o755);
  await supervision.restart('one');
  await supervision.untilHealthy('one', 60_000);
  const about = await askAbout(directory, 'one');
  assert.equal(about.compiled, join(compiled, known.replace(/0$/, String(OTHER.uid))));
  assert.equal(about.implant, 'EACCES');
});

test('[SU5] what anybody but root could have written is used by nobody', { skip }, async (t) => {
  const directory = await temporaryDirectory(t);
  const compiled = join(directory, 'compiled');
  await mkdir(join(compiled, 'v24-0'), { recursive: true, mode: 0o755 });
  assert.equal(await mayUseCompiled(compiled, OTHER), true);
  assert.equal(await mayUseCompiled(compiled, undefined), false);
  assert.equal(await mayUseCompiled(compiled, { uid: 0, gid: 0 }), false);
  assert.equal(await mayUseCompiled(join(directory, 'nowhere'), OTHER), false);
  await chmod(join(compiled, 'v24-0'), 0o775);
  assert.equal(await mayUseCompiled(compiled, OTHER), false);
  await chmod(join(compiled, 'v24-0'), 0o755);
  await chmod(compiled, 0o777);
  assert.equal(await mayUseCompiled(compiled, OTHER), false);
});

/** As root does, with the flags of supervised processes; returns the directory in which Node keeps it. */
function compileIn(compiled: string): string {
  const script = "process.stdout.write(require('node:module').getCompileCacheDir() ?? '')";
  const words = ['--disallow-code-generation-from-strings', '-e', script];
  return execFileSync(process.execPath, words, { env: { NODE_COMPILE_CACHE: compiled }, encoding: 'utf8' });
}
