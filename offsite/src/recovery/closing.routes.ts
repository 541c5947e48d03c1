import { compartmentNameSchema, replayAnswerSchema, signedSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { readWireBody, type WireApp } from '@bulkhead/wire';
import { enrolGatewayKey, type GatewayKeyDeps } from './gateway-key.actions.ts';
import type { RecoveryDeps } from './recovery-step.actions.ts';

const POLL_MS = 20_000;
const KEY_LIMIT = 65_536;
const ANSWER_LIMIT = 1_048_576;

/** What headquarters fetches and answers while a hole is closed: recorded attacks, and the secrets that replace others. */
export function addClosingRoutes(
  app: WireApp,
  { recoveries, replays }: Pick<RecoveryDeps, 'recoveries' | 'replays'>,
  gatewayKeys: GatewayKeyDeps,
): void {
  app.post('/gateway-keys', async (c) => {
    const signed = await readWireBody(c.req.raw, signedSchema, KEY_LIMIT);
    return c.json({ gatewayKeys: await enrolGatewayKey(gatewayKeys, signed) });
  });
  app.get('/replays', async (c) => {
    await replays.untilAsked(POLL_MS, c.req.raw.signal);
    return c.json({ replays: replays.list().slice(0, 100) });
  });
  app.post('/replays/:id', async (c) => {
    replays.answer(c.req.param('id'), await readWireBody(c.req.raw, replayAnswerSchema, ANSWER_LIMIT));
    return c.json({ ok: true });
  });
  app.get('/compartments/:compartment/secrets', async (c) => {
    const compartment = compartmentNameSchema.safeParse(c.req.param('compartment'));
    if (!compartment.success) throw new EstateError('input.invalid', 'reading secrets: this is no name of a compartment');
    return c.json((await recoveries.findSecrets(compartment.data)) ?? { vaultSecret: null, replicationPassword: null });
  });
}
