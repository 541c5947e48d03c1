import type { WireApp } from '@bulkhead/wire';
import type { PublicReadingBoard } from './public-reading.actions.ts';

/** What can be read off-site, for operators. */
export function addPublicReadingRoutes(desk: WireApp, board: Pick<PublicReadingBoard, 'describe'>): void {
  desk.get('/public-reading', async (c) => c.json(await board.describe()));
}
