import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { type RenderedFile, type RenderRequest, renderedFileSchema } from '@bulkhead/contracts';
import type { Row } from './published-rows.ts';

const RENDERER = new URL('../src/edition.ts', import.meta.url).pathname;
const CHECKOUT = new URL('../../../', import.meta.url).pathname;

/** Runs the renderer as the publisher does: without environment and with hardly any permission. */
export async function runRenderer(request: RenderRequest, rows: readonly Row[]): Promise<Map<string, RenderedFile>> {
  const child = spawn(
    process.execPath,
    ['--permission', `--allow-fs-read=${CHECKOUT}`, '--disallow-code-generation-from-strings', RENDERER],
    { env: {}, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.stdin.end([request, ...rows].map((line) => `${JSON.stringify(line)}\n`).join(''));
  const files = new Map<string, RenderedFile>();
  for await (const line of createInterface({ input: child.stdout })) {
    const file = renderedFileSchema.parse(JSON.parse(line));
    files.set(file.path, file);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`the renderer ended with ${code}`);
  return files;
}

/** Serves rendered files on loopback as the gateway would, with its policy. */
export async function serveSite(
  files: ReadonlyMap<string, RenderedFile>,
  blobs: ReadonlyMap<string, Buffer>,
): Promise<{ readonly origin: string; readonly close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const file = files.get(new URL(request.url ?? '/', 'http://x').pathname) ?? files.get('/404');
    if (!file) return response.writeHead(404).end();
    const bytes = 'blob' in file.body ? (blobs.get(file.body.blob) ?? '') : Buffer.from(file.body.base64, 'base64');
    const policy =
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";
    response.writeHead(file.status, { ...file.headers, 'content-security-policy': policy }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
