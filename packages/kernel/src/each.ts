/**
 * Runs the work for each item, so many at a time. After a failure nothing more is begun; it is thrown when what had begun
 * has ended: nobody goes on in the back of who was told.
 */
export async function forEachAtOnce<Item>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const worker = async () => {
    for (let next = iterator.next(); !next.done && failures.length === 0; next = iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, () => worker().catch((error: unknown) => void failures.push(error))));
  if (failures.length > 0) throw failures[0];
}
