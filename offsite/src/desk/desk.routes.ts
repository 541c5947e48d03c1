import { signedSchema } from '@bulkhead/contracts';
import { readWireBody, type WireApp } from '@bulkhead/wire';
import { type CommandDeps, obeyCommand } from './command.actions.ts';
import { composeDeskState, type DeskDeps } from './desk.actions.ts';

const COMMAND_LIMIT = 65_536;

/** What operators see and order. */
export function addDeskRoutes(app: WireApp, deps: DeskDeps & CommandDeps): void {
  app.get('/state', async (c) => c.json(await composeDeskState(deps)));
  app.get('/recoveries/:id', async (c) => c.json(await deps.getRecovery(c.req.param('id'))));
  app.post('/commands', async (c) => c.json(await obeyCommand(deps, await readWireBody(c.req.raw, signedSchema, COMMAND_LIMIT))));
}
