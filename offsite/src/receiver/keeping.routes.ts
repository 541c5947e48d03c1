import {
  archiveKeysSchema,
  archiveNamesSchema,
  archiveReportSchema,
  inventorySchema,
  keyProofSchema,
  namedAskedSchema,
  provenRequestSchema,
  prunedSchema,
  retainedSchema,
  retainRequestSchema,
  retentionSchema,
} from '@bulkhead/contracts';
import { readWireBody, type WireApp } from '@bulkhead/wire';
import type { Finder } from './receiver.routes.ts';

const BODY_BYTES = 2_097_152;

/** What is kept, for how long, and with which keys. Nothing goes but by `prune`, behind what drills proved [A14]. */
export function addKeepingRoutes(app: WireApp, { find, order }: Finder): void {
  app.get('/compartments/:name/inventory', async (c) =>
    c.json(inventorySchema.parse(await find(c.req.param('name'), c.var.caller).keeper.listArtefacts())),
  );
  app.post('/compartments/:name/verify', async (c) =>
    c.json(archiveReportSchema.parse(await order(c.req.param('name'), c.var.caller).keeper.examine())),
  );
  app.post('/compartments/:name/named', async (c) => {
    const { keeper } = order(c.req.param('name'), c.var.caller);
    const { digests } = await readWireBody(c.req.raw, namedAskedSchema);
    return c.json(archiveNamesSchema.parse(await keeper.searchNames(digests)));
  });
  app.get('/compartments/:name/retention', async (c) =>
    c.json(retentionSchema.parse(await find(c.req.param('name'), c.var.caller).keeper.describeRetention())),
  );
  app.post('/compartments/:name/retention', async (c) => {
    const { keeper } = order(c.req.param('name'), c.var.caller);
    const { signed } = await readWireBody(c.req.raw, retainRequestSchema, BODY_BYTES);
    return c.json(retainedSchema.parse(await keeper.retain(signed)));
  });
  app.post('/compartments/:name/proven', async (c) => {
    const { keeper } = order(c.req.param('name'), c.var.caller);
    return c.json(await keeper.keepProven(await readWireBody(c.req.raw, provenRequestSchema, BODY_BYTES)));
  });
  app.post('/compartments/:name/prune', async (c) =>
    c.json(prunedSchema.parse(await order(c.req.param('name'), c.var.caller).keeper.prune())),
  );
  app.get('/compartments/:name/keys', (c) =>
    c.json(archiveKeysSchema.parse(order(c.req.param('name'), c.var.caller).keeper.describeKeys())),
  );
  app.get('/compartments/:name/keys/opened', async (c) =>
    c.json(keyProofSchema.parse(await order(c.req.param('name'), c.var.caller).keeper.proveOpened())),
  );
  app.post('/compartments/:name/keys/rotate', async (c) =>
    c.json(archiveKeysSchema.parse(await order(c.req.param('name'), c.var.caller).keeper.rotateKeys())),
  );
  app.post('/compartments/:name/keys/proof', async (c) => {
    const { keeper } = order(c.req.param('name'), c.var.caller);
    return c.json(archiveKeysSchema.parse(await keeper.keepKeyProof(await readWireBody(c.req.raw, keyProofSchema, BODY_BYTES))));
  });
}
