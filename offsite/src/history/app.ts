import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { estateSchema, hasProvenance, trustSchema } from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import { createWireApp, serveWire } from '@bulkhead/wire';
import { addPlanRoutes, type PlansBeingMade } from '#repair/plan.routes.ts';
import { TransactionWatch } from '#watch/transaction-watch.actions.ts';
import { Chronicle } from './chronicle.actions.ts';
import type { Config } from './config.ts';
import { addHistoryRoutes } from './history.routes.ts';

/** Builds the history process and serves it; each compartment is followed from then on. */
export async function startHistory(config: Readonly<Config>, log: Log): Promise<{ readonly close: () => Promise<void> }> {
  const now = () => new Date();
  const monotonicMs = () => performance.now();
  const estate = estateSchema.parse(JSON.parse(await readFile(config.ESTATE_FILE, 'utf8')));
  const trust = trustSchema.parse(JSON.parse(await readFile(config.TRUST_FILE, 'utf8')));
  const recovery = { socket: config.RECOVERY_SOCKET, secret: config.RECOVERY_SECRET };
  const watch = new TransactionWatch({ directory: config.DIRECTORY, estate, trust, recovery, now, log });
  const manifests = new Map(estate.compartments.map(({ manifest }) => [manifest.name, manifest]));
  const plans: PlansBeingMade = new Map();
  const chronicles = new Map(
    Object.entries(config.JAILS_JSON).flatMap(([compartment, jail]): [string, Chronicle][] => {
      const reader = config.READERS_JSON[compartment];
      if (reader === undefined || !manifests.has(compartment)) return [];
      const chronicle = new Chronicle({
        compartment,
        directory: config.DIRECTORY,
        jail,
        receiver: { socket: config.RECEIVER_SOCKET, secret: reader },
        keys: trust,
        onTransaction: (transaction, changes) => watch.see(compartment, transaction, changes),
        raise: (seen) => watch.raise({ ...seen, compartment, evidence: { ...seen.evidence } }),
        isPlanning: () => plans.size > 0,
        now,
        monotonicMs,
        log,
      });
      return [[compartment, chronicle]];
    }),
  );
  const app = createWireApp({ secrets: { recovery: config.SECRET }, log });
  const histories = [...chronicles].map(
    ([name, chronicle]) =>
      [
        name,
        {
          reader: chronicle.index.reader,
          texts: chronicle.texts,
          status: () => chronicle.status(),
          untilAdded: (waitMs: number) => chronicle.untilAdded(waitMs),
        },
      ] as const,
  );
  addHistoryRoutes(app, new Map(histories), monotonicMs);
  addPlanRoutes(app, {
    sourceOf: (compartment) => {
      const chronicle = chronicles.get(compartment);
      if (chronicle) return chronicle.index.reader;
      throw new EstateError('compartment.unknown', `planning a repair: there is no history of ${compartment}`);
    },
    repairOf: (compartment) => {
      const manifest = manifests.get(compartment);
      if (manifest && hasProvenance(manifest)) return manifest.repair;
      if (manifest)
        throw new EstateError(
          'compartment.wrong_state',
          `planning a repair of ${compartment}: at level ${manifest.level} nothing tells who wrote what; a restore is what it can have`,
        );
      throw new EstateError('compartment.unknown', `planning a repair: there is no compartment ${compartment}`);
    },
    directory: join(config.DIRECTORY, 'plans'),
    making: plans,
  });
  const server = await serveWire({ app, socket: config.SOCKET, mode: 0o660 });
  watch.start();
  for (const chronicle of chronicles.values()) chronicle.start();
  return {
    close: async () => {
      await server.close();
      await Promise.all([...chronicles.values()].map((chronicle) => chronicle.close()));
      await watch.close();
    },
  };
}
