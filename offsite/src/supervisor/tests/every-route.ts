import { globSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';

const SOURCES = join(import.meta.dirname, '../..');
const DECLARES = /^(add|create)\w+(Routes|App|Reading)$/;

/** A door for the public, which answers whatever address it is asked for: an API of ours stands at none of them. */
const DOORS: ReadonlySet<string> = new Set(['reading-room/reading-room.routes.ts']);

export type Route = { readonly method: string; readonly path: string };

/** Every route of every API of off-site, as the code declares them to Hono: one that is added is in the list by itself. */
export async function listEveryRoute(): Promise<Route[]> {
  const routes = new Map<string, Route>();
  for (const file of globSync('**/*.routes.ts', { cwd: SOURCES }).toSorted()) {
    if (DOORS.has(file)) continue;
    const declared = await declareRoutes(join(SOURCES, file));
    if (declared.length === 0) throw new Error(`${file} declares no route by a function named as the others are`);
    for (const { method, path } of declared) routes.set(`${method} ${path}`, { method, path });
  }
  return [...routes.values()];
}

async function declareRoutes(file: string): Promise<Route[]> {
  const exported: Record<string, unknown> = await import(file);
  const apps: unknown[] = [];
  for (const [name, declare] of Object.entries(exported)) {
    if (typeof declare !== 'function' || !DECLARES.test(name)) continue;
    const given = new Hono();
    const made: unknown = Reflect.apply(declare, undefined, name.startsWith('create') ? [ANYTHING] : [given, ...FILLING]);
    apps.push(made instanceof Hono ? made : given);
  }
  return apps.flatMap((app) => (app instanceof Hono ? app.routes : [])).filter(({ path }) => path !== '/*' && path !== '*');
}

/** Stands for every dependency: declaring routes calls none of them, and if it does, gets the same again. */
const ANYTHING: unknown = new Proxy(() => undefined, {
  get: (_, name) => {
    if (name === Symbol.iterator) return () => [][Symbol.iterator]();
    return name === Symbol.toPrimitive ? () => 'anything' : ANYTHING;
  },
  apply: () => ANYTHING,
});
const FILLING = [ANYTHING, ANYTHING, ANYTHING, ANYTHING];
