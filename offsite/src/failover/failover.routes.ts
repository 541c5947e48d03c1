import type { WireApp } from '@bulkhead/wire';
import { describeMoves, type MoveRequestDeps } from './failover.actions.ts';

/** Failovers and failbacks, for operators. */
export function addMoveRoutes(desk: WireApp, deps: Pick<MoveRequestDeps, 'moves' | 'charge'>): void {
  desk.get('/moves', async (c) => c.json(await describeMoves(deps)));
  desk.get('/moves/:id', async (c) => c.json(await deps.moves.getMove(c.req.param('id'))));
}
