import { open, readFile } from 'node:fs/promises';
import { type ProtectionWindow, protectionWindowSchema } from '@bulkhead/contracts';

/** Times in which commits were acknowledged at headquarters alone: a line when one begins, another when it ends. */
export class WindowStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** On return the line is on disk: a window is written down before its first unprotected commit [O6]. */
  async add(window: ProtectionWindow): Promise<void> {
    const file = await open(this.#path, 'a', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(window)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Windows that began and never ended: the supervisor was killed in them. */
  async listOpen(): Promise<ProtectionWindow[]> {
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    const begun = new Map<string, ProtectionWindow>();
    for (const line of text.split('\n')) {
      const window = parseLine(line);
      if (window === undefined) continue;
      const key = `${window.compartment} ${window.fromAt}`;
      if (window.toAt === null) begun.set(key, window);
      else begun.delete(key);
    }
    return [...begun.values()];
  }
}

/** The last line may be cut by a crash. */
function parseLine(line: string): ProtectionWindow | undefined {
  try {
    return protectionWindowSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
