import { setTimeout as sleep } from 'node:timers/promises';

const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;
/** Who has waited for long can wait for a little more: asking slows down what is waited for. */
const PAUSE_SHARE = 0.05;
const TIMEOUT_MS = 30_000;

/**
 * Asks again and again until the answer is something else than false, null or undefined, and returns it.
 * An error counts as not yet; the last one is the cause when the time is over. Pauses grow with the time waited, unless
 * they are given, as for what lasts a moment.
 */
export async function waitUntil<Answer>(
  check: () => Answer | Promise<Answer>,
  { what, timeoutMs = TIMEOUT_MS, pauseMs }: { readonly what: string; readonly timeoutMs?: number; readonly pauseMs?: number },
): Promise<Exclude<Answer, false | null | undefined>> {
  let cause: unknown;
  const begun = performance.now();
  const end = begun + timeoutMs;
  do {
    try {
      const answer = await check();
      if (isAnswer(answer)) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    const share = (performance.now() - begun) * PAUSE_SHARE;
    await sleep(pauseMs ?? Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, share)));
  } while (performance.now() < end);
  throw new Error(`waited ${timeoutMs} ms until ${what}`, { cause });
}

function isAnswer<Answer>(answer: Answer): answer is Exclude<Answer, false | null | undefined> {
  return answer !== false && answer !== null && answer !== undefined;
}
