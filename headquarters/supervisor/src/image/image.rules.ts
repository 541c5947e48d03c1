import { EstateError } from '@bulkhead/kernel';

const PATH_LIMIT = 400;
const DEPTH_LIMIT = 16;

/** An entry's header, as far as it matters here. */
export type EntryHeader = {
  readonly name: string;
  readonly type?: string | null | undefined;
  readonly size?: number | undefined;
};

/** Files that tell a server how to start, or that another server runs: ours come from elsewhere. */
const LEFT_OUT = new Set(['postmaster.pid', 'postmaster.opts', 'standby.signal', 'recovery.signal', 'postgresql.auto.conf']);

/**
 * Judges an entry of an image before anything of it touches the disk [O8].
 * @returns where it goes, relative to the data directory; undefined for the root itself and for what is left out
 * @throws EstateError `restore.failed` for links, devices and paths that lead elsewhere
 */
export function judgeEntry(header: EntryHeader): { readonly path: string; readonly kind: 'file' | 'directory' } | undefined {
  const { name, type } = header;
  if (type !== 'file' && type !== 'directory')
    throw refused(name, `a ${type ?? 'thing of no type'} has no place in a data directory`);
  if (name.length > PATH_LIMIT) throw refused(name.slice(0, 60), 'its name is too long');
  if (/[\0\\]/.test(name) || name.startsWith('/')) throw refused(name, 'its name leads elsewhere');
  const segments = name.replace(/\/+$/, '').split('/');
  if (segments[0] === '.') segments.shift();
  if (segments.length === 0) return undefined;
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..'))
    throw refused(name, 'its name leads elsewhere');
  if (segments.length > DEPTH_LIMIT) throw refused(name, 'it lies too deep');
  const path = segments.join('/');
  return LEFT_OUT.has(path) ? undefined : { path, kind: type };
}

function refused(name: string, why: string): EstateError {
  return new EstateError('restore.failed', `unpacking an image: ${JSON.stringify(name)}: ${why}`);
}

/** The steps of laying an image down; each is written down before the next begins. */
export const LAYING_STEPS = ['unpacking', 'unpacked', 'set-aside', 'swapped', 'laid'] as const;
export type LayingStep = (typeof LAYING_STEPS)[number];

/** The name under which a data directory is kept as evidence when an order of this epoch replaces it. */
export function evidenceName(name: 'pg' | 'blobs', epoch: number): string {
  return `${name}.before-epoch-${epoch}`;
}

/** Which evidence to remove: all but the two newest of each kind. */
export function listOutdatedEvidence(names: readonly string[], kept = 2): string[] {
  return ['pg', 'blobs'].flatMap((kind) =>
    names
      .flatMap((name) => {
        const epoch = new RegExp(`^${kind}\\.before-epoch-(\\d{1,12})$`).exec(name)?.[1];
        return epoch === undefined ? [] : [{ name, epoch: Number(epoch) }];
      })
      .toSorted((left, right) => right.epoch - left.epoch)
      .slice(kept)
      .map(({ name }) => name),
  );
}
