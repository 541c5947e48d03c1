import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BaseResolver, createConfig, lintDocument, makeDocumentFromString } from '@redocly/openapi-core';
import { z } from 'zod';
import { manifest } from '#compartment.ts';
import { MODULES } from '#modules/modules.ts';
import { bootRegistry, KENYA, SECRETARIAT, useRegistryCluster } from './booted-registry.ts';

/** Literal segments and parameters, of which each is one segment. */
const isPathOf = (pattern: string, path: string) => {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return wanted.length === given.length && wanted.every((segment, at) => segment.startsWith(':') || segment === given[at]);
};
const parameterSchema = z.looseObject({ name: z.string().optional(), in: z.string().optional(), $ref: z.string().optional() });
const operationSchema = z.object({ operationId: z.string(), parameters: z.array(parameterSchema).default([]) });
const pathSchema = z.looseObject({
  parameters: z.array(parameterSchema).default([]),
  get: operationSchema.optional(),
  post: operationSchema.optional(),
  patch: operationSchema.optional(),
});

const cluster = await useRegistryCluster();
const { ask, file, database } = await bootRegistry(cluster);
const pageSchema = z.object({
  records: z.array(z.looseObject({ reference: z.string(), fields: z.record(z.string(), z.unknown()) })),
  count: z.number().nullable(),
  next: z.string().nullable(),
  previous: z.string().nullable(),
});
const read = async (path: string, as?: typeof KENYA) => {
  const answer = await ask({ path, ...(as ? { as } : {}) });
  return { ...answer, json: JSON.parse(answer.text) as unknown };
};

test('[GR21] a program reads what a page would show to the same person, page after page, and is told of faults as problems', async () => {
  const address = await file('piracy', KENYA, {
    happened_at: '2026-02-11 04:20 UTC',
    act: 'boarded',
    area: 'red-sea',
    reporting_state: 'KEN',
  });
  const admin = await cluster.adminOf(database);
  await admin.query(`insert into piracy_incident (reference, state, revision, created_at, changed_at, changed_by, happened_at, act)
    select 'PIR-2019-' || n, 'confirmed', 1, now(), now(), 'nobody', '2019-01-01'::timestamptz + n * interval '1 day', 'attempted' from generate_series(1, 120) n`);
  assert.equal((await read(`/api${address}`)).status, 404);
  const own = z.looseObject({ fields: z.looseObject({ area: z.string() }) }).parse((await read(`/api${address}`, KENYA)).json);
  assert.equal(own.fields.area, 'red-sea');
  const seen: string[] = [];
  let at: string | null = '/api/piracy?act=attempted';
  while (at !== null) {
    const { json, headers } = await read(at.replace('http://gisis.localhost:8400', ''));
    const page = pageSchema.parse(json);
    assert.equal(page.count, 120);
    assert.equal(page.next !== null, String(headers['link']).includes('rel="next"'));
    seen.push(...page.records.map(({ reference }) => reference));
    at = page.next;
  }
  assert.deepEqual([seen.length, new Set(seen).size], [120, 120]);
  assert.equal(pageSchema.parse((await read('/api/piracy', SECRETARIAT)).json).count, 121);
  for (const [path, status] of [
    ['/api/piracy?happened_at.from=soon', 400],
    ['/api/nothing', 404],
    ['/api/piracy/none', 404],
  ] as const) {
    const refused = await read(path);
    assert.deepEqual(
      [path, refused.status, refused.headers['content-type']],
      [path, status, 'application/problem+json; charset=utf-8'],
    );
  }
});

test('[GR22] the description of the interface names every module, every path that it names answers, and every reference in it leads somewhere', async () => {
  const { json, text } = await read('/api/openapi.json');
  const described = z.looseObject({ openapi: z.literal('3.1.0'), paths: z.record(z.string(), pathSchema) }).parse(json);
  const operations = Object.entries(described.paths).flatMap(([path, { get, post, patch, parameters }]) =>
    Object.entries({ GET: get, POST: post, PATCH: patch }).flatMap(([method, operation]) =>
      operation ? [{ path, method, ...operation, parameters: [...parameters, ...operation.parameters] }] : [],
    ),
  );
  const ids = operations.map(({ operationId }) => operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const { name } of MODULES) assert.ok(described.paths[`/api/${name}`] && described.paths[`/api/${name}/{reference}`], name);
  for (const { path, method, parameters } of operations) {
    const names = parameters.map((parameter) => `${parameter.in} ${parameter.name} ${parameter.$ref}`);
    assert.equal(new Set(names).size, names.length, path);
    assert.deepEqual(
      [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]),
      parameters.filter((one) => one.in === 'path').map((one) => one.name),
    );
    const isDeclared = manifest.routes.some(
      (route) => route.method === method && isPathOf(route.path, path.replaceAll(/\{(\w+)\}/g, 'x')),
    );
    assert.ok(isDeclared, `${method} ${path} is no route`);
    if (method === 'GET' && !path.includes('{') && path.includes('/piracy'))
      assert.equal((await ask({ path })).status, 200, path);
  }
  for (const [, pointer = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = pointer.split('/').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], json);
    assert.ok(found, pointer);
  }
  const api = manifest.routes.filter(({ path }) => path.startsWith('/api/'));
  assert.ok(api.every(({ callers, method, writes }) => callers === 'software' && (method === 'GET') === (writes.length === 0)));
});

test('[GP5] the description of the interface has no fault and no warning by the rules of its linter', async () => {
  const { text } = await read('/api/openapi.json');
  const problems = await lintDocument({
    // A sample estate is at localhost, of which the linter warns.
    document: makeDocumentFromString(
      text.replaceAll('http://gisis.localhost:8400', 'https://registry.example.int'),
      'openapi.json',
    ),
    externalRefResolver: new BaseResolver(),
    config: await createConfig({ extends: ['recommended'] }),
  });
  const told = problems.map(
    ({ severity, ruleId, message, location }) => `${severity} ${ruleId} ${message} ${location[0]?.pointer}`,
  );
  assert.deepEqual(told.slice(0, 10), []);
});
