import { execFileSync } from 'node:child_process';

/** Kills a process and all that descend from it, children last, so that none is adopted by another before it is found. */
export function endTree(pid: number): void {
  const children = childrenByParent();
  const all: number[] = [];
  for (const next = [pid]; next.length > 0; ) {
    const one = next.pop() ?? 0;
    all.push(one);
    next.push(...(children.get(one) ?? []));
  }
  for (const one of all) {
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
