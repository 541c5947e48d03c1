import { READMISSION_ID, readmittedSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { readWireBody, type WireApp } from '@bulkhead/wire';
import { type ReadmissionDeps, useReadmission } from './readmission.actions.ts';

const SHOWN = 100;

/** What operators read of readmissions, and the word of the command line that a code was used; the rest are signed commands. */
export function addReadmissionRoutes(app: WireApp, deps: ReadmissionDeps): void {
  app.get('/readmissions', async (c) => c.json({ readmissions: await deps.readmissions.listNewest(SHOWN) }));
  app.get('/readmissions/:id', async (c) => c.json(await deps.readmissions.get(parseId(c.req.param('id')))));
  app.post('/readmissions/:id/use', async (c) => {
    await useReadmission(deps, parseId(c.req.param('id')), await readWireBody(c.req.raw, readmittedSchema));
    return c.json({ ok: true });
  });
}

function parseId(id: string): string {
  if (READMISSION_ID.test(id)) return id;
  throw new EstateError('input.invalid', 'looking at a readmission: it is called like readmission-1a2b3c');
}
