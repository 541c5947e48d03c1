/** So long a caller keeps a connection that nobody uses … */
export const CALLER_IDLE_MS = 15_000;
/** … and whoever serves far longer: a caller that was held up must not take up again what is just being closed. */
export const SERVER_IDLE_MS = 120_000;
