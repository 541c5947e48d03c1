import { join } from 'node:path';
import { type FindingReport, findingReportSchema } from '@bulkhead/contracts';
import { type Log, type Now, readFileIfAny, replaceFile } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { Bell } from '#round/bell.actions.ts';

const KEPT_LIMIT = 1000;

export type SawFinding = (seen: Omit<FindingReport, 'seenAt'>) => void;

/** What the gateway has seen and off-site does not know yet. Kept on disk, so that neither an outage nor a kill loses it. */
export class Findings {
  readonly #path: string;
  readonly #now: Now;
  readonly #log: Log;
  #waiting: FindingReport[] = [];
  #writing: Promise<void> = Promise.resolve();
  readonly #bell = new Bell();

  private constructor(path: string, now: Now, log: Log) {
    this.#path = path;
    this.#now = now;
    this.#log = log;
  }

  static async load(given: { readonly directory: string; readonly now: Now; readonly log: Log }): Promise<Findings> {
    const findings = new Findings(join(given.directory, 'findings.json'), given.now, given.log);
    findings.#waiting = await readWaiting(findings.#path, given.log);
    return findings;
  }

  readonly saw: SawFinding = (seen) => {
    this.#log.warn({ finding: seen }, 'saw a finding');
    // The first of a flood tell the story; the later ones would push them out.
    if (this.#waiting.length >= KEPT_LIMIT) return;
    this.#waiting.push({ ...seen, seenAt: this.#now().toISOString() });
    this.#keep();
    this.#bell.ring();
  };

  /** Sends what waits, oldest first, then waits until something is seen. */
  async sendWaiting(recovery: WirePeer, signal: AbortSignal): Promise<void> {
    const next = this.#waiting[0];
    if (!next) return this.#bell.wait(signal);
    await callWire(recovery, { method: 'POST', path: '/findings', body: next, signal }, z.unknown());
    this.#waiting.shift();
    this.#keep();
  }

  /** Resolves when all that was seen so far is on disk. */
  settled(): Promise<void> {
    return this.#writing;
  }

  #keep(): void {
    this.#writing = this.#writing
      .then(() => replaceFile(this.#path, JSON.stringify(this.#waiting)))
      .catch((error: unknown) => this.#log.error({ err: error }, 'keeping findings on disk'));
  }
}

async function readWaiting(path: string, log: Log): Promise<FindingReport[]> {
  const text = await readFileIfAny(path);
  if (text === null) return [];
  try {
    return z
      .array(findingReportSchema)
      .max(KEPT_LIMIT)
      .parse(JSON.parse(text.toString('utf8')));
  } catch (error) {
    log.error({ err: error }, 'reading the findings kept on disk');
    return [];
  }
}
