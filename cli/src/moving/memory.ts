import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import type { EstatePaths } from '#estate/paths.ts';
import type { Lead } from './converter.ts';

const leadsSchema = z.array(z.object({ from: z.string(), to: z.string() }));
const noteSchema = z.union([
  z.object({ key: z.string(), digest: z.string(), id: z.number().int(), redirects: leadsSchema }),
  /** These old addresses stand in a draft of redirects. */
  z.object({ led: z.array(z.string()), id: z.number().int() }),
]);
type Note = z.infer<typeof noteSchema>;

/** What was moved in already, kept beside the estate's data: a line is added as soon as the newsroom has a draft. */
export class Memory {
  readonly #file: string;
  readonly #known = new Map<string, { readonly digest: string; readonly id: number }>();
  readonly #leads = new Map<string, Lead>();
  readonly #led = new Set<string>();
  /** A crash left half a line at the end. */
  #isCut = false;

  constructor(file: string) {
    this.#file = file;
  }

  static of(paths: EstatePaths): Promise<Memory> {
    return Memory.at(join(paths.data, 'imports', 'website.jsonl'));
  }

  /** @throws EstateError `input.invalid` with the line, if somebody changed the file */
  static async at(file: string): Promise<Memory> {
    const memory = new Memory(file);
    await memory.#read();
    return memory;
  }

  find(key: string): { readonly digest: string; readonly id: number } | undefined {
    return this.#known.get(key);
  }

  /** Old addresses of what was moved that no draft of redirects holds yet. */
  leadsToDo(): Lead[] {
    return [...this.#leads.values()].filter(({ from }) => !this.#led.has(from));
  }

  isLed(from: string): boolean {
    return this.#led.has(from) || this.#leads.has(from);
  }

  async note(note: Note): Promise<void> {
    this.#take(note);
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    await appendFile(this.#file, `${this.#isCut ? '\n' : ''}${JSON.stringify(note)}\n`, { mode: 0o600, flush: true });
    this.#isCut = false;
  }

  async #read(): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
      throw error;
    });
    // A line that a crash cut off is passed over: the newsroom knows its draft by its address.
    const lines = text.split('\n');
    this.#isCut = lines.at(-1) !== '';
    for (const [at, line] of lines.entries()) {
      if (line === '') continue;
      try {
        this.#take(noteSchema.parse(JSON.parse(line)));
      } catch (cause) {
        if (isCutOff(line)) continue;
        throw new EstateError('input.invalid', `reading ${this.#file}, line ${at + 1}: it was changed by hand`, { cause });
      }
    }
  }

  #take(note: Note): void {
    if ('led' in note) for (const from of note.led) this.#led.add(from);
    else {
      this.#known.set(note.key, { digest: note.digest, id: note.id });
      for (const lead of note.redirects) this.#leads.set(lead.from, lead);
    }
  }
}

function isCutOff(line: string): boolean {
  return line.startsWith('{"') && !line.endsWith('}');
}
