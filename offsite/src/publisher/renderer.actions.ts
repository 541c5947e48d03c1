import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type RenderedFile, type RenderRequest, renderedFileSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { parseLine, splitLines } from './lines.actions.ts';

const TIME_MS = 60_000;
const HEAP_MEGABYTES = 512;
const ERROR_BYTES = 8192;
const OUTPUT = { lineBytes: 100_663_296, totalBytes: 2_147_483_648, lines: 200_000 };

export type Rendering = {
  /** Root of the code. */
  readonly checkout: string;
  /** The compartment's directory, absolute or below it. */
  readonly directory: string;
  readonly request: RenderRequest;
  readonly lines: readonly Buffer[];
  readonly signal?: AbortSignal;
  /** 60 s unless told. */
  readonly timeMs?: number;
};

/**
 * Runs a compartment's renderer as a process that can read the code and nothing else: no environment, no other files,
 * no child processes, bounded in memory, time and output. What it writes is checked for its form only.
 * @throws EstateError `edition.invalid` if it fails, runs too long or writes too much
 */
export async function* render(rendering: Rendering): AsyncGenerator<RenderedFile> {
  const child = startRenderer(rendering);
  const overtime = setTimeout(() => child.kill('SIGKILL'), rendering.timeMs ?? TIME_MS);
  const stop = () => child.kill('SIGKILL');
  rendering.signal?.addEventListener('abort', stop, { once: true });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  const complaint = readComplaint(child);
  // A renderer that ends early closes its input: that it failed is told by how it ended.
  pipeline(Readable.from(inputOf(rendering)), child.stdin).catch(() => undefined);
  try {
    for await (const line of splitLines(child.stdout, OUTPUT)) yield parseFile(parseLine(line));
    const { code, signal } = await ended;
    if (code === 0) return;
    const cause = new Error((await complaint).slice(0, ERROR_BYTES));
    throw new EstateError('edition.invalid', `rendering: the renderer ended with ${code ?? signal}`, { cause });
  } catch (error) {
    if (error instanceof EstateError && error.code === 'edition.invalid') throw error;
    throw new EstateError('edition.invalid', 'rendering: its output is not what a renderer writes', { cause: error });
  } finally {
    clearTimeout(overtime);
    rendering.signal?.removeEventListener('abort', stop);
    child.kill('SIGKILL');
    await ended;
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

function* inputOf({ request, lines }: Rendering): Generator<Buffer> {
  yield Buffer.from(`${JSON.stringify(request)}\n`);
  const end = Buffer.from('\n');
  for (const line of lines) {
    yield line;
    yield end;
  }
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

function parseFile(given: unknown): RenderedFile {
  const parsed = renderedFileSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new EstateError('edition.invalid', 'rendering: a file has another form', { cause: parsed.error });
}
