/** Listens for a person or a supervisor that asks this command to stop. */
export function untilAskedToStop(): { readonly promise: Promise<void>; readonly signal: AbortSignal } {
  const asked = new AbortController();
  const promise = new Promise<void>((resolve) => {
    asked.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => asked.abort());
  return { promise, signal: asked.signal };
}
