/**
 * Resolves when this process is asked to stop: SIGTERM, SIGINT, or, when a supervisor started it
 * (`supervised`), the end of standard input, which comes even if the supervisor was killed with -9.
 */
export function untilStopped(options: { readonly supervised: boolean }): Promise<'signal' | 'supervisor gone'> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('signal'));
    process.once('SIGINT', () => resolve('signal'));
    if (!options.supervised) return;
    const gone = () => resolve('supervisor gone');
    process.stdin.resume().once('end', gone).once('close', gone).once('error', gone);
  });
}
