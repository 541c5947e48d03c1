import { join } from 'node:path';
import {
  openSigned,
  type ProvenPoint,
  type ProvenRequest,
  type Pruned,
  PURPOSES,
  type Retained,
  type Retention,
  type RetentionRule,
  retentionRuleSchema,
  retentionSchema,
  type Signed,
  signedCommandSchema,
  signedSchema,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { EstateError, isDiskFull, type Now } from '@bulkhead/kernel';
import { z } from 'zod';
import { listBases } from '#archive/base-shelf.actions.ts';
import { DISK } from '#archive/disk.actions.ts';
import { writeDurably } from '#archive/files.actions.ts';
import { legsTo } from '#archive/plan.rules.ts';
import { indexedBase, removePruned } from '#archive/prune.actions.ts';
import { parseLsn, parseSegmentName } from '#archive/wal.rules.ts';
import type { Joined } from './join.actions.ts';
import { listWal } from './reading.actions.ts';
import { FIRST_RULE, isShorter, type PruneInput, planPrune, provenBase } from './retention.rules.ts';
import { giveUpReserve, keepReserve } from './room.actions.ts';

const PROOFS_KEPT = 1000;
/** A first signature waits so long for a second, in off-site's running time. */
const PENDING_MS = 86_400_000;
const ENDLESS = 2n ** 64n - 1n;

const changeSchema = z.object({
  rule: retentionRuleSchema,
  ranMs: z.number().int().min(0),
  at: z.string(),
  signed: z.array(signedSchema),
});
const recordSchema = z.object({
  rule: retentionRuleSchema,
  pending: z
    .object({ rule: retentionRuleSchema, signed: signedSchema, operator: z.string(), sinceRanMs: z.number().int() })
    .nullable(),
  /** All that was ever changed, with the signatures that did. */
  changes: z.array(changeSchema),
  proofs: retentionSchema.shape.proofs,
});
type RetentionRecord = z.infer<typeof recordSchema>;
const NEW_RECORD: RetentionRecord = { rule: FIRST_RULE, pending: null, changes: [], proofs: [] };

export type RetentionOptions = {
  readonly compartment: string;
  readonly directory: string;
  readonly operatorKeys: readonly VerifyingKey[];
  readonly ranMs: () => number;
  readonly now: Now;
};

/** How long a compartment's archive is kept: what was proved, what was ordered, what may go. */
export class RetentionKeeper {
  readonly #options: RetentionOptions;
  #record: RetentionRecord;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: RetentionOptions, record: RetentionRecord) {
    this.#options = options;
    this.#record = record;
  }

  /** @throws EstateError `archive.damaged`: an unreadable record must not become the shortest rule */
  static async open(options: RetentionOptions): Promise<RetentionKeeper> {
    const bytes = await DISK.read(join(options.directory, 'retention.json'));
    return new RetentionKeeper(options, bytes ? parseRecord(bytes) : NEW_RECORD);
  }

  async describe(joined: Joined | undefined): Promise<Retention> {
    const { rule, pending, proofs } = this.#record;
    const plan = joined ? planPrune(await this.#input(joined)) : undefined;
    return {
      rule,
      pending: pending && { rule: pending.rule, by: [pending.operator], sinceRanMs: pending.sinceRanMs },
      proofs,
      ranMs: this.#options.ranMs(),
      anchor: plan?.anchor ?? null,
      why: plan?.why ?? 'nothing was received yet',
    };
  }

  /**
   * Keeps that a drill proved everything up to a position, in the order in which off-site was told.
   * @throws EstateError `archive.gap` for a position that the archive does not reach
   */
  prove(joined: Joined, proved: ProvenRequest): Promise<ProvenPoint> {
    return this.#inTurn(async () => {
      const known = this.#record.proofs.find(({ drill }) => drill === proved.drill);
      if (known) return known;
      const { lineage } = joined;
      const legs = legsTo(proved.timeline, await lineage.ancestorsOf(proved.timeline), ENDLESS);
      const base = provenBase(await listBases(lineage), legs, proved.lsn);
      if (!base) throw new EstateError('archive.gap', `keeping drill ${proved.drill}: no base leads to ${proved.lsn}`);
      const { endLsn } = await listWal(joined, base.startLsn, proved.timeline);
      if (parseLsn(endLsn) < parseLsn(proved.lsn))
        throw new EstateError(
          'archive.gap',
          `keeping drill ${proved.drill}: the archive ends at ${endLsn}, before ${proved.lsn}`,
        );
      const proof = { ...proved, systemId: lineage.systemId, base: base.id, ranMs: this.#options.ranMs() };
      await this.#save({ proofs: [...this.#record.proofs, proof].slice(-PROOFS_KEPT) });
      return proof;
    });
  }

  /**
   * Changes the rule as operators order. What shortens it takes effect with the second operator's signature [A13].
   * @throws EstateError `signature.invalid`, `order.stale`, `approval.same_person`
   */
  retain(signed: Signed): Promise<Retained> {
    return this.#inTurn(async () => {
      const { rule, operator } = this.#read(signed);
      if (!isShorter(rule, this.#record.rule)) return this.#change(rule, [signed]);
      const first = this.#standing(rule);
      if (!first) {
        await this.#save({ pending: { rule, signed, operator, sinceRanMs: this.#options.ranMs() } });
        return { state: 'waits-for-second', rule: this.#record.rule };
      }
      if (first.operator === operator)
        throw new EstateError(
          'approval.same_person',
          `shortening what is kept of ${this.#options.compartment}: another operator must sign too`,
        );
      return this.#change(rule, [first.signed, signed]);
    });
  }

  /** Removes what may go. @throws EstateError `archive.damaged`, `archive.key_missing` */
  prune(joined: Joined): Promise<Pruned> {
    return this.#inTurn(async () => {
      const { lineage } = joined;
      const plan = planPrune(await this.#input(joined));
      const remove = () => removePruned(lineage.place, lineage.index, plan);
      // A full disk has no room to note what goes: the reserve makes it, and is kept again from what went.
      const removed = await remove().catch(async (error: unknown) => {
        if (!isDiskFull(error)) throw error;
        await giveUpReserve(this.#options.directory);
        return remove();
      });
      if (removed.bytes > 0) await keepReserve(this.#options.directory);
      for (const name of plan.segments) lineage.forget(name);
      return { ...removed, bases: [...plan.bases], anchor: plan.anchor, why: plan.why };
    });
  }

  async settle(): Promise<void> {
    await this.#turn;
  }

  async #input({ lineage, tail }: Joined): Promise<PruneInput> {
    const ranMs = this.#options.ranMs();
    const bornOf = (name: string) => lineage.index.find(name)?.ranMs ?? ranMs;
    const segments = [...lineage.index.entries()].flatMap(([name, { ranMs: bornMs, isPruned }]) =>
      parseSegmentName(name) && !isPruned ? [{ name, ranMs: bornMs }] : [],
    );
    return {
      rule: this.#record.rule,
      proofs: this.#record.proofs,
      bases: (await listBases(lineage)).map((base) => ({ ...base, ranMs: bornOf(indexedBase(base.id)) })),
      segments,
      legs: legsTo(tail.timeline, await lineage.ancestorsOf(tail.timeline), ENDLESS),
      now: this.#options.now(),
      ranMs,
    };
  }

  #read(signed: Signed): { readonly rule: RetentionRule; readonly operator: string } {
    const { compartment, operatorKeys: keys } = this.#options;
    const { value, keyId } = openSigned(signed, { purpose: PURPOSES.command, keys, schema: signedCommandSchema });
    const { command } = value;
    if (command.kind !== 'retain' || command.compartment !== compartment)
      throw new EstateError('signature.invalid', `changing what is kept of ${compartment}: another command was signed`);
    const used = this.#record.changes.flatMap((change) => change.signed);
    if (used.some(({ signature }) => signature === signed.signature))
      throw new EstateError('order.stale', `changing what is kept of ${compartment}: this signature was used before`);
    return { rule: command.rule, operator: keyId };
  }

  #standing(rule: RetentionRule): RetentionRecord['pending'] {
    const { pending } = this.#record;
    if (!pending || this.#options.ranMs() - pending.sinceRanMs > PENDING_MS) return null;
    return pending.rule.minimumHours === rule.minimumHours && pending.rule.drills === rule.drills ? pending : null;
  }

  async #change(rule: RetentionRule, signed: Signed[]): Promise<Retained> {
    const change = { rule, ranMs: this.#options.ranMs(), at: this.#options.now().toISOString(), signed };
    await this.#save({ rule, pending: null, changes: [...this.#record.changes, change] });
    return { state: 'done', rule };
  }

  async #save(changes: Partial<RetentionRecord>): Promise<void> {
    const record = { ...this.#record, ...changes };
    await writeDurably(join(this.#options.directory, 'retention.json'), `${JSON.stringify(record, null, 2)}\n`);
    this.#record = record;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

function parseRecord(bytes: Buffer): RetentionRecord {
  try {
    return recordSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new EstateError('archive.damaged', 'reading how long the archive is kept', { cause });
  }
}
