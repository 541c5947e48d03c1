import { type CompartmentState, compartmentNameSchema, replaySchema, signedSchema } from '@bulkhead/contracts';
import type { Scrubber, Shelf } from '@bulkhead/front';
import type { Log } from '@bulkhead/kernel';
import { createWireApp, readWireBody, type WireApp } from '@bulkhead/wire';
import { z } from 'zod';
import { judgeReplay, type ReplayDeps } from '#replay/replay.actions.ts';
import type { SealBoard } from '#seal/seal.actions.ts';
import type { InternalSecrets } from '#session/internal-secret.actions.ts';

export type ControlDeps = {
  readonly secret: string;
  readonly compartments: readonly string[];
  readonly board: SealBoard;
  readonly shelves: ReadonlyMap<string, { readonly shelf: Shelf; readonly scrubber: Scrubber }>;
  readonly secrets: InternalSecrets;
  readonly replay: ReplayDeps;
  readonly signal: AbortSignal;
  readonly log: Log;
};

const secretSchema = z.object({ compartment: compartmentNameSchema, internalSecret: z.string().min(16).max(200) });

type CompartmentStatus = { readonly state: CompartmentState; readonly epoch: number; readonly edition: number | null };

/** What the supervisor of headquarters may ask of the gateway. */
export function createControl(deps: ControlDeps): WireApp {
  const app = createWireApp({ secrets: { supervisor: deps.secret }, log: deps.log });
  app.get('/health', (c) => c.json({ ok: true }));
  app.get('/status', (c) => c.json({ compartments: listStatus(deps) }));
  app.post('/scrub', async (c) => {
    const results = await Promise.all([...deps.shelves.values()].map(({ scrubber }) => scrubber.readAll(deps.signal)));
    const sum = (pick: (result: { checked: number; bad: number }) => number) =>
      results.reduce((total, result) => total + pick(result), 0);
    return c.json({ checked: sum((result) => result.checked), bad: sum((result) => result.bad) });
  });
  app.post('/seal', async (c) => c.json(await deps.board.obeyOperator(await readWireBody(c.req.raw, signedSchema))));
  app.post('/replay', async (c) => c.json(await judgeReplay(deps.replay, await readWireBody(c.req.raw, replaySchema))));
  app.post('/secrets', async (c) => {
    const { compartment, internalSecret } = await readWireBody(c.req.raw, secretSchema);
    deps.secrets.replace(compartment, internalSecret);
    return c.json({ ok: true });
  });
  return app;
}

function listStatus(deps: ControlDeps): Record<string, CompartmentStatus> {
  return Object.fromEntries(
    deps.compartments.map((name) => {
      const { state, epoch } = deps.board.standingOf(name);
      return [name, { state, epoch, edition: deps.shelves.get(name)?.shelf.index?.number ?? null }];
    }),
  );
}
