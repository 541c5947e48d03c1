import type { DecodingHead } from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import { formatLsn } from '#archive/wal.rules.ts';
import { BUNCH_CHARACTERS } from './decoding.rules.ts';
import type { DecodingConnection } from './decoding.store.ts';

/** What history reads: a head, then lines in bunches, and why it ended. */
export async function* streamLines(connection: DecodingConnection, head: DecodingHead, log: Log): AsyncGenerator<Buffer> {
  try {
    yield Buffer.from(`${JSON.stringify(head)}\n`);
    let bunch = '';
    for await (const streamed of connection.stream()) {
      const { line, cutBytes } = streamed;
      const lsn = formatLsn(streamed.lsn);
      if (line === undefined) bunch += `{"lsn":"${lsn}"}\n`;
      else bunch += `{"lsn":"${lsn}",${cutBytes === undefined ? '' : `"cutBytes":${cutBytes},`}"data":${JSON.stringify(line)}}\n`;
      if (bunch.length < BUNCH_CHARACTERS && connection.hasMore) continue;
      yield Buffer.from(bunch);
      bunch = '';
    }
  } catch (error) {
    log.info({ err: error }, 'decoding ended');
    const message =
      error instanceof EstateError
        ? `${error.message}${error.cause instanceof Error ? `: ${error.cause.message}` : ''}`
        : String(error);
    yield Buffer.from(`${JSON.stringify({ lsn: '0/0', error: message.slice(0, 500) })}\n`);
  } finally {
    connection.destroy();
  }
}
