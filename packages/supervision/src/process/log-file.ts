import { open, rename, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';

const LONGEST_LINE = 16_384;

/** A process's output on disk, at most about twice `limitBytes`: the current file and the one before. */
export type LogFile = {
  /** Writes the lines of a stream until it ends; a slow disk slows the writer down instead of filling our memory. */
  readonly follow: (stream: Readable) => Promise<void>;
  /** The last line, for status and error messages. */
  readonly lastLine: () => string | null;
};

/** @param failed told once when the disk refuses a write; output is then dropped until it accepts again */
export function createLogFile(options: {
  readonly path: string;
  readonly limitBytes: number;
  readonly failed: (error: unknown) => void;
}): LogFile {
  const { path, limitBytes } = options;
  let turn: Promise<void> = Promise.resolve();
  let isFailing = false;
  let last: string | null = null;

  async function write(text: string): Promise<void> {
    try {
      const bytes = await stat(path).then(
        (found) => found.size,
        () => 0,
      );
      if (bytes + text.length > limitBytes && bytes > 0) await rename(path, `${path}.1`);
      const file = await open(path, 'a', 0o600);
      try {
        await file.writeFile(text);
      } finally {
        await file.close();
      }
      isFailing = false;
    } catch (error) {
      if (!isFailing) options.failed(error);
      isFailing = true;
    }
  }

  return {
    lastLine: () => last,
    follow: async (stream) => {
      for await (const lines of linesOf(stream)) {
        last = lines.at(-1) ?? last;
        turn = turn.then(() => write(lines.map((line) => `${line}\n`).join('')));
        await turn;
      }
    },
  };
}

/** The lines of each chunk; a line without end is cut, so that a broken or hostile process cannot fill our memory. */
async function* linesOf(stream: Readable): AsyncGenerator<string[]> {
  let rest = '';
  try {
    for await (const chunk of stream.setEncoding('utf8')) {
      const parts = (rest + String(chunk)).split('\n');
      rest = (parts.pop() ?? '').slice(0, LONGEST_LINE);
      if (parts.length > 0) yield parts.map((line) => line.slice(0, LONGEST_LINE));
    }
  } catch {
    // The pipe broke with its process; what arrived is kept.
  }
  if (rest !== '') yield [rest];
}
