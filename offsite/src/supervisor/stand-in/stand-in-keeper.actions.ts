import { type Estate, type ProcessStatus, type TokenKey, type Trust, type VerifyingKey } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Supervision } from '@bulkhead/supervision';
import type { Layout } from '#supervisor/layout/layout.rules.ts';
import { findHandedOver, type HandedOver, handOver } from './hand-over.actions.ts';
import { runNameHook } from './names.actions.ts';
import type { StandIn } from './stand-in.actions.ts';
import { type StandInCredentials, type StandInLayout } from './stand-in.rules.ts';
import { readyStandIn } from './stand-in-keys.actions.ts';

export type StandInKeeperDeps = {
  readonly place: StandInLayout;
  readonly layout: Layout;
  readonly supervision: Pick<Supervision, 'stop'>;
  readonly standIn: StandIn;
  readonly estate: Estate;
  readonly trust: Trust;
  readonly listEnrolled: () => Promise<readonly TokenKey[]>;
  /** Headquarters' own secrets are refused, or count again. */
  readonly chargeChanged: (credentials: StandInCredentials, isInCharge: boolean) => Promise<void>;
};

/** What recovery asks of the stand-in: recovery alone decides when it runs, and whether it is in charge. */
export class StandInKeeper {
  readonly #deps: StandInKeeperDeps;
  #isInCharge = false;
  #credentials: StandInCredentials | undefined;

  constructor(deps: StandInKeeperDeps) {
    this.#deps = deps;
  }

  /** Keys, secrets and files are ready before anybody asks. */
  async ready(): Promise<StandInCredentials> {
    const { place, estate, trust, listEnrolled } = this.#deps;
    const ready = await readyStandIn(place, { estate, trust, enrolled: await listEnrolled(), isInCharge: true });
    this.#credentials = ready;
    return ready;
  }

  async keep(wanted: { readonly isWanted: boolean; readonly isInCharge: boolean }): Promise<VerifyingKey> {
    const { place, estate, trust, standIn, listEnrolled, chargeChanged } = this.#deps;
    if (estate.standIn === undefined)
      throw new EstateError('config.invalid', 'starting the stand-in: the configuration names none; set standIn');
    const { isWanted, isInCharge } = wanted;
    if (!standIn.isWanted && isWanted)
      this.#credentials = await readyStandIn(place, { estate, trust, enrolled: await listEnrolled(), isInCharge });
    const credentials = this.#credentials ?? (await this.ready());
    if (isInCharge !== this.#isInCharge) await chargeChanged(credentials, isInCharge);
    this.#isInCharge = isInCharge;
    await (isWanted ? standIn.start() : standIn.stop());
    return credentials.gatewayKey;
  }

  handOver(compartment: string, id: string): Promise<HandedOver> {
    return handOver(this.#deps, compartment, id);
  }

  async findHandedOver(id: string): Promise<HandedOver> {
    const found = await findHandedOver(this.#deps.place, id);
    if (found) return found;
    throw new EstateError('request.not_found', `looking for the promoted cluster ${id}: none was handed over`);
  }

  moveNames(way: 'away' | 'home'): Promise<string | null> {
    const { estate } = this.#deps;
    const names = estate.compartments.flatMap(({ manifest }) => manifest.origins.map(({ host }) => `${host}.${estate.domain}`));
    return runNameHook(estate.standIn?.names, way, { to: 'stand-in', names });
  }

  status(): Promise<readonly ProcessStatus[]> {
    return this.#deps.standIn.status();
  }

  stop(): Promise<void> {
    return this.#deps.standIn.stop();
  }
}
