import type { Module } from '#declaration/module.rules.ts';
import { seesEverywhere } from '#sight/sight.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { offeredOrders, type Query, writeQuery } from './query.rules.ts';

/** Ways to see what a query finds. */
export type Way = 'list' | 'map' | 'statistics';

/** The ways that a module has for somebody: by what they see in every record alone. */
export function waysOf(module: Module, viewer: Viewer): readonly Way[] {
  const isOpen = (name: string) => {
    const field = module.fields[name];
    return field !== undefined && seesEverywhere(field, viewer);
  };
  const hasChart = (module.charts ?? []).some(({ by }) => Object.values(by).every(isOpen));
  return [
    'list',
    ...(module.map !== undefined && isOpen(module.map.position) ? ['map' as const] : []),
    ...(hasChart ? ['statistics' as const] : []),
  ];
}

/** The address of a query, seen in one way. */
export function writeWay(
  module: Module,
  way: Way,
  query: Pick<Query, 'text' | 'asked' | 'order'>,
  viewer: Viewer,
  more: readonly (readonly [string, string])[] = [],
): string {
  const address = writeQuery(module, query, offeredOrders(module, viewer)[0] ?? null, more);
  return way === 'list' ? address : address.replace(`/${module.name}`, `/${module.name}/${way}`);
}

/** What follows the path in that address: the same for every order of the list. */
export function writeSearch(module: Module, query: Pick<Query, 'text' | 'asked'>): string {
  const at = writeQuery(module, { ...query, order: null }, null);
  return at.slice(`/${module.name}`.length);
}
