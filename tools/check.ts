/** All that `npm run check` stands for: format, lint, types, layers, error codes, schemas. Prints what fails, and exits with 1. */
import { spawnSync } from 'node:child_process';

const root = new URL('..', import.meta.url).pathname;
const node = [process.execPath];

const CHECKS: readonly { readonly name: string; readonly command: readonly string[]; readonly mend: string }[] = [
  {
    name: 'format',
    command: [...node, 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
    mend: 'npx biome check --write .',
  },
  {
    name: 'lint',
    command: [...node, 'node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '.'],
    mend: 'the messages say what',
  },
  {
    name: 'types',
    command: [...node, 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'],
    mend: 'the messages say what',
  },
  { name: 'structure', command: [...node, '--test', 'tests/structure/*.test.ts'], mend: 'the messages say what' },
  { name: 'schema', command: [...node, 'tools/dump-schema.ts', '--check'], mend: 'sh tools/node tools/dump-schema.ts' },
];

let failed = 0;
for (const { name, command, mend } of CHECKS) {
  const [program = '', ...words] = command;
  const startedAt = performance.now();
  const { status, stdout, stderr } = spawnSync(program, words, { cwd: root, encoding: 'utf8', maxBuffer: 67_108_864 });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (status === 0) continue;
  failed += 1;
  console.log(`${stdout}${stderr}\nTo mend: ${mend}\n`);
}
process.exitCode = failed === 0 ? 0 : 1;
