import type { Verification, VerifyRequest } from '@bulkhead/contracts';
import { readPages } from '#receiver/page-check.actions.ts';
import { JailSession } from './session.store.ts';
import { checkMigrations, checkStructures, listBlobs, readChecksumFailures, runChecks } from './verify.store.ts';

const LONG_STATEMENT_MS = 1_800_000;

/** Where a jail's cluster answers, and whose it is. */
export type JailDatabase = { readonly socketDirectory: string; readonly compartment: string };

/**
 * Looks whether a restored cluster is sound: every page's checksum, the structure of every table and index, the
 * migrations, the compartment's own checks; lists the blobs that its rows name.
 */
export async function verifyCluster(
  { socketDirectory, compartment }: JailDatabase,
  request: VerifyRequest,
  options: { readonly isWritable: boolean },
): Promise<Verification> {
  const pages = options.isWritable ? await readPages(socketDirectory) : [];
  const session = await JailSession.open(socketDirectory, compartment, LONG_STATEMENT_MS);
  try {
    const amcheck = options.isWritable
      ? await checkStructures(session)
      : { isOk: true, tables: 0, indexes: 0, failures: [], skipped: true };
    const migrations = await checkMigrations(session, compartment, request.expectedMigrations);
    const checks = await runChecks(session, compartment, request.checks);
    const { blobs, badBlobs } = await listBlobs(session, compartment, request.blobColumns);
    const counted = await readChecksumFailures(session);
    const failures = [...pages, ...counted.failures].slice(0, 1000);
    const checksums = { isOk: failures.length === 0, failures };
    const haveChecksPassed = checks.every((check) => check.failure === null && check.violations === 0);
    const isSound = checksums.isOk && amcheck.isOk && migrations.isOk && haveChecksPassed && badBlobs.length === 0;
    return { isSound, lsn: counted.lsn, checksums, amcheck, migrations, checks, blobs, badBlobs };
  } finally {
    await session.close();
  }
}
