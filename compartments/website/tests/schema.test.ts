import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { describeSchema, describeTypes } from '@bulkhead/postgres';
import { manifest } from '#compartment.ts';
import { useWebsiteCluster } from './booted-website.ts';

const cluster = await useWebsiteCluster();
const owner = cluster.database.connection('owner');
const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

test('schema.sql is what all migrations together make', async () => {
  assert.equal(await describeSchema(owner), read('../schema.sql'));
});

test('src/schema.ts names the tables and columns that there are', async () => {
  assert.equal(await describeTypes(owner), read('../src/schema.ts'));
});

test('every table that a route may write, and every table of the edition, is there', async () => {
  const admin = await cluster.adminOf(cluster.database.name);
  const named = new Set([...manifest.routes.flatMap((route) => route.writes), ...(manifest.edition?.tables ?? [])]);
  for (const table of named)
    assert.deepEqual(await admin.query(`select 1 where to_regclass('public.${table}') is null`), [], table);
});
