import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 20;
const TIMEOUT_MS = 30_000;

/**
 * Asks again and again until the answer is something else than false, null or undefined, and returns it.
 * An error counts as not yet; the last one is the cause when the time is over.
 */
export async function waitUntil<Answer>(
  check: () => Answer | Promise<Answer>,
  { what, timeoutMs = TIMEOUT_MS }: { readonly what: string; readonly timeoutMs?: number },
): Promise<Exclude<Answer, false | null | undefined>> {
  let cause: unknown;
  const end = performance.now() + timeoutMs;
  do {
    try {
      const answer = await check();
      if (isAnswer(answer)) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(PAUSE_MS);
  } while (performance.now() < end);
  throw new Error(`waited ${timeoutMs} ms until ${what}`, { cause });
}

function isAnswer<Answer>(answer: Answer): answer is Exclude<Answer, false | null | undefined> {
  return answer !== false && answer !== null && answer !== undefined;
}
