import { join } from 'node:path';
import { gatewayKeysSchema, type TokenKey, type Trust, trustWith } from '@bulkhead/contracts';
import { readJson, writeJsonDurably } from '@bulkhead/supervision';
import type { Layout } from '#supervisor/layout/layout.rules.ts';

/** The gateway's keys that recoveries enrolled since the trust file was written, with their ranges. */
export class GatewayKeyStore {
  readonly #path: string;

  constructor(layout: Pick<Layout, 'supervisor'>) {
    this.#path = join(layout.supervisor, 'gateway-keys.json');
  }

  async save(gatewayKeys: readonly TokenKey[]): Promise<void> {
    await writeJsonDurably(this.#path, { gatewayKeys });
  }

  async addTo(trust: Trust): Promise<Trust> {
    const kept = await readJson(this.#path, gatewayKeysSchema);
    return kept ? trustWith(trust, kept.gatewayKeys) : trust;
  }
}
