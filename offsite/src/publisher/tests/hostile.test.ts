import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RenderedFile } from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
import { Renderer } from '../renderer.actions.ts';
import { RowSource } from '../source.actions.ts';
import { type Bench, setUp, toPage } from './booted-publisher.ts';

const REQUEST = { publicOrigin: 'http://x', organisation: 'x', isSample: true, now: '2026-03-02T09:00:00.000Z', erased: [] };

test('a standby that sends what is not whole, not JSON, not asked for, or too much, is not believed', async () => {
  const { jail } = await setUp();
  const read = () => new RowSource(jail, ['file']).read();
  const head = '{"lsn":"0/1"}\n';
  const row = '{"table":"file","row":{}}\n';
  const bad: readonly (readonly [string, string])[] = [
    ['ended early', `${head}${row}`],
    ['no position', `${row}{"end":true,"rows":1}\n`],
    ['a strange position', `{"lsn":"0/1; drop"}\n{"end":true,"rows":0}\n`],
    ['too few rows', `${head}{"end":true,"rows":1}\n`],
    ['a row after the end', `${head}{"end":true,"rows":0}\n${row}`],
    ['another table', `${head}{"table":"other","row":{}}\n{"end":true,"rows":1}\n`],
    ['no object', `${head}{"table":"file","row":[1]}\n{"end":true,"rows":1}\n`],
    ['no JSON', `${head}{{{\n`],
    ['no end of line', `${head}{"end":true,"rows":0}`],
    ['an endless line', `${head}${'x'.repeat(17_000_000)}`],
    ['an error told at the end', `${head}${row}{"error":{"code":"x","message":"y"}}\n`],
    ['nothing', ''],
  ];
  for (const [what, raw] of bad) {
    jail.raw = raw;
    await assert.rejects(read(), (error) => hasCode(error, 'input.invalid') || hasCode(error, 'input.too_large'), what);
  }
  jail.raw = `${head}${row}{"end":true,"rows":1}\n`;
  assert.equal((await read()).changes.length, 1);
});

async function refuses(bench: Bench, what: string, ...files: readonly RenderedFile[]): Promise<void> {
  bench.jail.tell(...files);
  const told = bench.findings.length;
  await bench.press.refresh().catch((error: unknown) => {
    if (!hasCode(error, 'edition.invalid')) throw error;
  });
  assert.equal(bench.press.latest?.manifest.number, 1, `${what} was published`);
  assert.equal(bench.findings.length, told + 1, `${what} was not told`);
}

test('files that a renderer of ours would not write are refused, and the last good edition stays', async () => {
  const bench = await setUp();
  bench.jail.tell(toPage('/en/', 'hello'));
  await bench.press.open();
  await bench.press.refresh();
  const html = { 'content-type': 'text/html; charset=utf-8' };
  const text = (body: string) => ({ body: { base64: Buffer.from(body).toString('base64') } });
  const page = toPage('/en/x', 'x');
  await refuses(bench, 'a path twice', page, page);
  await refuses(bench, 'a cookie', { ...page, headers: { ...html, 'set-cookie': 'a=b' } });
  await refuses(bench, 'a policy', { ...page, headers: { ...html, 'content-security-policy': 'x' } });
  await refuses(bench, 'another content type', { ...page, headers: { 'content-type': 'image/svg+xml' } });
  await refuses(bench, 'a script file', { ...page, headers: { 'content-type': 'text/javascript' } });
  await refuses(bench, 'no content type', { ...page, headers: {} });
  await refuses(bench, 'another character set', { ...page, headers: { 'content-type': 'text/html; charset=utf-7' } });
  await refuses(bench, 'another language', { ...page, headers: { ...html, 'content-language': 'fr' } });
  await refuses(bench, 'a foreign redirect', {
    ...page,
    status: 301,
    headers: { ...html, location: '//evil.org/' },
    ...text(''),
  });
  await refuses(bench, 'a redirect without address', { ...page, status: 301, ...text('') });
  await refuses(bench, 'an address without redirect', { ...page, headers: { ...html, location: '/en/' } });
  await refuses(bench, 'bytes that are no UTF-8', { ...page, body: { base64: Buffer.from([0xff, 0xfe]).toString('base64') } });
  await refuses(bench, 'a picture that is none', {
    ...page,
    language: null,
    headers: { 'content-type': 'image/png' },
    ...text('<html>'),
  });
  await refuses(bench, 'a path with dots', { ...page, path: '/en/../x' });
  await refuses(bench, 'a script', { ...page, ...text('<!doctype html>\n<script>alert(1)</script>') });
});

test('[W9] a rendered page with a script is told as such, besides being refused', async () => {
  const bench = await setUp();
  const html = '<!doctype html>\n<script src="https://evil.example/x.js"></script>';
  bench.jail.tell({ ...toPage('/en/x', 'x'), body: { base64: Buffer.from(html).toString('base64') } });
  await bench.press.open();
  await bench.press.refresh();
  assert.deepEqual(
    bench.foreign.map(({ rule, evidence }) => [rule, evidence['path']]),
    [['page.foreign_content', '/en/x']],
  );
  assert.deepEqual(
    bench.findings.map(({ rule }) => rule),
    ['edition.unapproved'],
  );
  assert.equal(bench.press.latest, undefined);
});

async function run(bench: Bench, rows: readonly object[], timeMs?: number): Promise<unknown[]> {
  const changes = rows.map((row) => ({ line: Buffer.from(JSON.stringify(row)), isGone: false }));
  const { checkout, directory } = bench.deps;
  const renderer = new Renderer({ checkout, directory, request: REQUEST, ...(timeMs === undefined ? {} : { timeMs }) });
  const written: unknown[] = [];
  try {
    for await (const rendered of renderer.render(changes, REQUEST.now)) written.push(rendered);
    return written;
  } finally {
    await renderer.close();
  }
}

const isInvalid = (error: unknown) => hasCode(error, 'edition.invalid');

test('a renderer that hangs, fails, or writes what is no file, is ended and makes no edition', async () => {
  const bench = await setUp();
  const code = (text: string) => ({ table: 'run', row: { code: text } });
  await assert.rejects(run(bench, [code('await new Promise((r) => setTimeout(r, 1e8))')], 1500), isInvalid);
  await assert.rejects(run(bench, [code('while (true);')], 1500), isInvalid);
  await assert.rejects(run(bench, [code('throw new Error("x")')]), isInvalid);
  await assert.rejects(run(bench, [{ table: 'raw', row: { text: 'no json\n' } }]), isInvalid);
  await assert.rejects(run(bench, [{ table: 'raw', row: { text: 'no line end' } }]), isInvalid);
  await assert.rejects(run(bench, [{ table: 'file', row: { path: '/x' } }]), isInvalid);
});

test('a renderer that writes nothing takes no page away from the public', async () => {
  const bench = await setUp();
  bench.jail.tell(toPage('/en/', 'hello'));
  await bench.press.open();
  await bench.press.refresh();
  await refuses(bench, 'nothing');
});

test('a renderer has no environment, reads nothing but the code, writes nothing and starts nothing', async () => {
  const bench = await setUp();
  const secret = join(bench.directory, 'secret');
  await writeFile(secret, 'x');
  const tries = [
    `if (Object.keys(process.env).length > 0) throw new Error('environment');`,
    `const fs = await import('node:fs'); for (const [name, run] of [['read', () => fs.readFileSync(${JSON.stringify(secret)})], ['write', () => fs.writeFileSync(${JSON.stringify(join(bench.directory, 'code/x'))}, 'x')]]) { let done = true; try { run(); } catch { done = false; } if (done) throw new Error(name); }`,
    `const { spawnSync } = await import('node:child_process'); let done = true; try { spawnSync('true'); } catch { done = false; } if (done) throw new Error('child');`,
    `let done = true; try { (0, eval)('1'); } catch { done = false; } if (done) throw new Error('eval');`,
  ];
  for (const code of tries) assert.deepEqual(await run(bench, [{ table: 'run', row: { code } }]), []);
});
