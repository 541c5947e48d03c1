import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import {
  type RenderedFile,
  type RenderedRound,
  type RenderRequest,
  renderedFileSchema,
  renderedGoneSchema,
  renderedRoundSchema,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { parseLine, splitLines } from './lines.actions.ts';
import type { RowChange } from './source.actions.ts';

/** For a round in which all is rendered; 50,000 pages take about a minute. */
const TIME_MS = 600_000;
const HEAP_MEGABYTES = 1024;
const ERROR_BYTES = 8192;
const OUTPUT = { lineBytes: 100_663_296, totalBytes: 8_589_934_592, lines: 2_000_000 };
/** A process that has done so much is replaced by a new one. */
const WORN = { rounds: 2000, bytes: OUTPUT.totalBytes / 2, lines: OUTPUT.lines / 2 };

export type Rendering = {
  /** Root of the code. */
  readonly checkout: string;
  /** The compartment's directory, absolute or below it. */
  readonly directory: string;
  readonly request: RenderRequest;
  readonly signal?: AbortSignal;
  /** 600 s a round unless told. */
  readonly timeMs?: number;
};

/** What a renderer wrote: a file, or that there is none at a path any more. */
export type Rendered = RenderedFile | { readonly gone: string };

/**
 * A compartment's renderer as a process that can read the code and nothing else: no environment, no other files, no child
 * processes, bounded in memory, time and output. It keeps the rows between rounds, so that only what changed is rendered.
 * What it writes is checked for its form only.
 */
export class Renderer {
  readonly #child: ReturnType<typeof startRenderer>;
  readonly #rendering: Rendering;
  readonly #ended: Promise<unknown>;
  readonly #complaint: Promise<string>;
  readonly #lines: AsyncGenerator<Buffer>;
  readonly #stop = () => void this.#child.kill('SIGKILL');
  #round = 0;
  #bytesRead = 0;
  #linesRead = 0;

  constructor(rendering: Rendering) {
    this.#rendering = rendering;
    this.#child = startRenderer(rendering);
    this.#ended = once(this.#child, 'close');
    this.#complaint = readComplaint(this.#child);
    this.#lines = splitLines(this.#child.stdout, OUTPUT);
    // A renderer that ends early closes its input: that it failed is told by how it ended.
    this.#child.stdin.on('error', () => undefined);
    rendering.signal?.addEventListener('abort', this.#stop, { once: true });
  }

  /** Whether it has worked so long that another should take its place. */
  get isWorn(): boolean {
    return this.#round >= WORN.rounds || this.#bytesRead > WORN.bytes || this.#linesRead > WORN.lines;
  }

  /**
   * Renders what became of the rows: in the first round everything, later what is another now.
   * @throws EstateError `edition.invalid` if it fails, runs too long or writes too much; then it must be closed
   */
  async *render(changes: Iterable<RowChange>, now: string): AsyncGenerator<Rendered, RenderedRound> {
    this.#round += 1;
    const overtime = setTimeout(this.#stop, this.#rendering.timeMs ?? TIME_MS);
    try {
      this.#feed(changes, now).catch(() => undefined);
      for (;;) {
        const { value: line, done } = await this.#lines.next();
        if (done) break;
        this.#linesRead += 1;
        this.#bytesRead += line.length;
        const rendered = parseRendered(parseLine(line));
        if (!('round' in rendered)) yield rendered;
        else if (rendered.round === this.#round) return rendered;
        else throw new EstateError('edition.invalid', 'rendering: it ends a round that was not asked for');
      }
      await this.#ended;
      const { exitCode, signalCode } = this.#child;
      const cause = new Error((await this.#complaint).slice(0, ERROR_BYTES));
      throw new EstateError('edition.invalid', `rendering: the renderer ended with ${exitCode ?? signalCode}`, { cause });
    } catch (error) {
      if (error instanceof EstateError && error.code === 'edition.invalid') throw error;
      throw new EstateError('edition.invalid', 'rendering: its output is not what a renderer writes', { cause: error });
    } finally {
      clearTimeout(overtime);
    }
  }

  async close(): Promise<void> {
    this.#rendering.signal?.removeEventListener('abort', this.#stop);
    this.#child.kill('SIGKILL');
    // Output that nobody reads any more would keep the streams open, and the end from being told.
    this.#child.stdout.destroy();
    this.#child.stdin.destroy();
    await this.#ended;
  }

  async #feed(changes: Iterable<RowChange>, now: string): Promise<void> {
    const { stdin } = this.#child;
    for (const chunk of this.#inputOf(changes, now))
      if (!stdin.write(chunk)) await Promise.race([once(stdin, 'drain'), this.#ended]);
  }

  *#inputOf(changes: Iterable<RowChange>, now: string): Generator<Buffer> {
    if (this.#round === 1) yield Buffer.from(`${JSON.stringify(this.#rendering.request)}\n`);
    const end = Buffer.from('\n');
    // The row is the last member of a line, and the line a JSON object: its end is taken off to say that it is gone.
    const gone = Buffer.from(',"gone":true}\n');
    for (const { line, isGone } of changes) {
      yield isGone ? line.subarray(0, line.lastIndexOf(125)) : line;
      yield isGone ? gone : end;
    }
    yield Buffer.from(`${JSON.stringify({ round: this.#round, now })}\n`);
  }
}

function startRenderer({ checkout, directory }: Rendering) {
  const root = resolve(checkout);
  const limits = [
    '--permission',
    // Not the whole checkout: data of a sample estate lies below it.
    ...['packages', 'node_modules', 'compartments', 'package.json'].map((part) => `--allow-fs-read=${join(root, part)}`),
    '--disallow-code-generation-from-strings',
    `--max-old-space-size=${HEAP_MEGABYTES}`,
  ];
  return spawn(process.execPath, [...limits, resolve(root, directory, 'src/edition.ts')], {
    cwd: '/',
    env: {},
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

async function readComplaint(child: ChildProcess): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  child.stderr?.on('data', (chunk: Buffer) => {
    if (bytes < ERROR_BYTES) chunks.push(chunk);
    bytes += chunk.length;
  });
  await once(child, 'close');
  return Buffer.concat(chunks).toString('utf8');
}

function parseRendered(given: unknown): Rendered | RenderedRound {
  const isObject = typeof given === 'object' && given !== null;
  const schema =
    isObject && 'round' in given ? renderedRoundSchema : isObject && 'gone' in given ? renderedGoneSchema : renderedFileSchema;
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new EstateError('edition.invalid', 'rendering: a file has another form', { cause: parsed.error });
}
