import { pino } from 'pino';

/** A structured log: JSON lines on standard output. */
export type Log = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'level'>;

const REDACTED = ['password', 'secret', 'token', 'cookie', 'authorization', 'privateKey'];

/** Creates the log of one process. Fields named like secrets are never written, at the top or one level down. */
export function createLog(process: string, level = 'info'): Log {
  return pino(
    {
      name: process,
      level,
      base: { process },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
      serializers: { err: pino.stdSerializers.errWithCause },
    },
    // Written at once: what is kept back is tried again for ever at the end when nobody reads any more, as after the
    // death of the supervisor, and the process would not end.
    pino.destination({ dest: 1, sync: true }),
  );
}
