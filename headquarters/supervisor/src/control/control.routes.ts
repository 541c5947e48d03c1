import { type SiteStatus, signedSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { callWire, readWireBody, type WireApp, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { type Administrator, type AdministratorInvitation, administratorSchema } from './administrator.actions.ts';
import { type SealDeps, sealHere } from './control.actions.ts';

const COMMAND_LIMIT = 65_536;

export type ControlDeps = SealDeps & {
  readonly status: () => SiteStatus;
  /** Identity, in a sample estate that has it. */
  readonly identity: (() => WirePeer) | undefined;
  /** None in an estate without identity. */
  readonly inviteAdministrator: ((asked: Administrator) => Promise<AdministratorInvitation>) | undefined;
  readonly stop: () => void;
};

/** The supervisor's own API, for the operator at this machine. */
export function addControlRoutes(app: WireApp, deps: ControlDeps): void {
  app.get('/health', (c) => c.json({ ok: true }));
  app.get('/status', (c) => c.json(deps.status()));

  app.get('/sample-accounts', async (c) => {
    if (deps.identity === undefined)
      throw new EstateError('request.not_found', 'listing sample accounts: this is no sample estate with identity');
    const path = '/.bulkhead/sample-accounts';
    return c.json(await callWire(deps.identity(), { method: 'GET', path }, z.json()));
  });

  app.post('/administrator', async (c) => {
    if (deps.inviteAdministrator === undefined)
      throw new EstateError('request.not_found', 'inviting an administrator: this estate has no identity');
    return c.json(await deps.inviteAdministrator(await readWireBody(c.req.raw, administratorSchema, COMMAND_LIMIT)));
  });

  app.post('/commands', async (c) => c.json(await sealHere(deps, await readWireBody(c.req.raw, signedSchema, COMMAND_LIMIT))));

  app.post('/stop', (c) => {
    deps.stop();
    return c.json({ ok: true });
  });
}
