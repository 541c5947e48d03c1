import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Lays the template of all test clusters where a site's supervisor looks for its own, which saves it an initdb. */
export async function layTemplate(supervisorDirectory: string): Promise<void> {
  const { scratchTemplate } = await import('@bulkhead/postgres');
  const { binaries, templateDirectory } = await scratchTemplate();
  await mkdir(supervisorDirectory, { recursive: true, mode: 0o711 });
  await symlink(templateDirectory, join(supervisorDirectory, `template-${binaries.version}`));
}
