import type { Kysely } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import type { Schema } from '#schema.ts';
import { listLastChanges } from './home.store.ts';
import type { ShownModule } from './site.rules.ts';

/** The modules of the home page, each with the moment of its last change. Parts of others stand with those. */
export async function readHome({ db }: { readonly db: Kysely<Schema> }, all: readonly Module[]): Promise<readonly ShownModule[]> {
  const modules = all.filter(({ partOf }) => partOf === undefined);
  const changes = await listLastChanges(db, modules);
  return modules.map((module) => ({ module, changedAt: changes.get(module.name) ?? null }));
}
