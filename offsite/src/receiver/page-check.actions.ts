import { parseNotice } from './message.rules.ts';
import { ReplicationConnection } from './replication.store.ts';

const SILENCE_MS = 1_800_000;
const FINDINGS_LIMIT = 1_000;

/**
 * Has a server read all its pages and compare their checksums, which it does on the way of a base backup; the backup
 * itself is dropped. Gives what it found wrong.
 */
export async function readPages(socketDirectory: string): Promise<string[]> {
  const findings: string[] = [];
  const connection = await ReplicationConnection.open({
    socketDirectory,
    user: 'postgres',
    password: '',
    applicationName: 'page-check',
    silenceMs: SILENCE_MS,
    onNotice: (notice) => {
      if (notice.severity === 'WARNING' && findings.length < FINDINGS_LIMIT) findings.push(notice.message);
    },
  });
  try {
    connection.begin(
      "BASE_BACKUP (LABEL 'page check', CHECKPOINT 'fast', WAL false, WAIT false, MANIFEST 'no', VERIFY_CHECKSUMS true)",
    );
    for (;;) {
      const frame = await connection.next();
      if (frame.type === 'E') findings.push(parseNotice(frame.body).message);
      if (frame.type === 'Z') return findings;
    }
  } finally {
    connection.destroy();
  }
}
