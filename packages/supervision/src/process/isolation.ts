import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { isRoot, type Owner } from '../owner/owner.ts';

/** Namespaces of its own for a process: it sees the files that it is shown, and no network, not even this machine's loopback. */
export type Isolation = {
  /** An empty directory of root's own; each process mounts its files below it, seen by itself alone. */
  readonly mountPoint: string;
};

/** What an isolated process is shown. */
export type Shown = {
  /** Files and directories, besides the system's programs and libraries. */
  readonly read: readonly string[];
  readonly write: readonly string[];
};

type Command = { readonly file: string; readonly arguments: readonly string[] };

/** Programs, libraries, and what these ask for: nothing of the estate. What a system does not have is left out. */
const SYSTEM = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
  '/lib32',
  '/etc/passwd',
  '/etc/group',
  '/etc/localtime',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/alternatives',
];

/**
 * Runs as root in the new namespaces: builds a root of bind mounts, makes it the only one, gives all powers away, becomes
 * the command. Words: mount point, uid, gid, what is read, `--`, what is written, `--`, the command.
 */
const SCRIPT = `
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
root=$1 uid=$2 gid=$3
shift 3
show() {
  [ -e "$1" ] || [ -L "$1" ] || return 0
  if [ -L "$1" ]; then mkdir -p "$root\${1%/*}"; cp -P "$1" "$root$1"; return; fi
  if [ ! -e "$root$1" ]; then
    if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root\${1%/*}"; : > "$root$1"; fi
  fi
  mount --bind "$1" "$root$1"
  mount -o "remount,bind,nosuid,nodev,$2" "$root$1"
}
mount -t tmpfs -o mode=0755,nosuid,nodev,size=1m tmpfs "$root"
mkdir "$root/proc" "$root/dev" "$root/dev/shm" "$root/tmp" "$root/.old"
mount -t tmpfs -o mode=1777,nosuid,nodev,noexec,size=64m tmpfs "$root/tmp"
while [ "$1" != -- ]; do show "$1" ro; shift; done
shift
while [ "$1" != -- ]; do show "$1" rw; shift; done
shift
mount -t proc -o nosuid,nodev,noexec,hidepid=2 proc "$root/proc"
for device in null zero random urandom; do
  : > "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t tmpfs -o mode=1777,nosuid,nodev,noexec tmpfs "$root/dev/shm"
mount -o remount,ro,nosuid,nodev,mode=0755 "$root"
cd "$root"
pivot_root . .old
cd /
umount -l /.old
exec setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all -- "$@"`;

/** The command that becomes the given one in namespaces of its own, without another process in between; root must start it. */
export function isolate({ mountPoint }: Isolation, { uid, gid }: Owner, shown: Shown, command: Command): Command {
  const read = [...SYSTEM, ...shown.read];
  const words = [mountPoint, String(uid), String(gid), ...read, '--', ...shown.write, '--', command.file, ...command.arguments];
  return {
    file: '/usr/bin/unshare',
    arguments: ['--mount', '--net', '--propagation', 'private', '--', '/bin/sh', '-c', SCRIPT, 'sh', ...words],
  };
}

/** Whether this system gives namespaces to us: it does to root with util-linux, and not in every container. Tries it. */
export async function findIsolation(mountPoint: string, owner: Owner | undefined): Promise<Isolation | undefined> {
  if (!isRoot() || owner === undefined) return undefined;
  await mkdir(mountPoint, { recursive: true, mode: 0o700 });
  const { file, arguments: words } = isolate(
    { mountPoint },
    owner,
    { read: [], write: [] },
    { file: '/bin/true', arguments: [] },
  );
  try {
    await promisify(execFile)(file, [...words], { timeout: 10_000, env: {} });
    return { mountPoint };
  } catch {
    return undefined;
  }
}
