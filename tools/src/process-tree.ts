import { execFileSync } from 'node:child_process';

/** Kills a process and all that descend from it. */
export function endTree(pid: number): void {
  kill([pid, ...listDescendants(pid)]);
}

/** Kills this process and all that descend from it. */
export function endOwnTree(): void {
  kill([...listDescendants(process.pid), process.pid]);
}

/** All of them are found before one is killed, and its children adopted by another; parents first, so that none is started again. */
function listDescendants(pid: number): number[] {
  const children = childrenByParent();
  const all: number[] = [];
  for (const next = [...(children.get(pid) ?? [])]; next.length > 0; ) {
    const one = next.pop() ?? 0;
    all.push(one);
    next.push(...(children.get(one) ?? []));
  }
  return all;
}

function kill(pids: readonly number[]): void {
  for (const one of pids) {
    try {
      process.kill(one, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  for (const line of listed.trim().split('\n')) {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  return children;
}
