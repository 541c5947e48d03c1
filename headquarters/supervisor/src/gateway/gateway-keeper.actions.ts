import { writeFile } from 'node:fs/promises';
import { type Log, sleepMs } from '@bulkhead/kernel';
import type { ProcessSpec, Supervision } from '@bulkhead/supervision';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

export type GatewayKeeperDeps = {
  readonly supervision: Pick<Supervision, 'start'>;
  readonly describe: () => Promise<ProcessSpec>;
  readonly control: WirePeer;
  readonly internalSecretOf: (compartment: string) => string | undefined;
  /** Where a cookie key is kept that takes the place of the one given. */
  readonly cookieKeyFile: string;
  /** 64 hexadecimal digits. */
  readonly newSecret: () => string;
  readonly log: Log;
  readonly signal: AbortSignal;
};

/** Starts the gateway, and brings it secrets that were replaced while it runs. */
export class GatewayKeeper {
  readonly #deps: GatewayKeeperDeps;
  readonly #telling = new Set<string>();

  constructor(deps: GatewayKeeperDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    await this.#deps.supervision.start(await this.#deps.describe());
  }

  /** Tells the gateway a compartment's new secret, until it has it. One that is started meanwhile is started with it. */
  tellSecret(compartment: string): void {
    if (this.#telling.has(compartment)) return;
    this.#telling.add(compartment);
    void this.#tell(compartment).finally(() => this.#telling.delete(compartment));
  }

  /** Signs cookies with another key from now on: no cookie from before opens anything, at any origin. */
  async rotateCookieKey(): Promise<void> {
    await writeFile(this.#deps.cookieKeyFile, this.#deps.newSecret(), { mode: 0o600 });
    await this.start();
  }

  async #tell(compartment: string): Promise<void> {
    const { control, internalSecretOf, log, signal } = this.#deps;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      const internalSecret = internalSecretOf(compartment);
      try {
        await callWire(control, { method: 'POST', path: '/secrets', body: { compartment, internalSecret }, signal }, z.unknown());
        if (internalSecretOf(compartment) === internalSecret) return;
      } catch (error) {
        log.debug({ err: error, compartment }, 'telling the gateway a new secret');
        await sleepMs(pauseMs, signal).catch(() => undefined);
      }
    }
  }
}
