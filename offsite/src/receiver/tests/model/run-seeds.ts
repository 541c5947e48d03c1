/** Runs the sequences of `FIRST COUNT STEPS` in a process of its own, and writes what they came to. */
import { runSequences } from './run-sequences.ts';

const [first = 1, count = 1, steps = 12] = process.argv.slice(2).map(Number);
const seeds = Array.from({ length: count }, (_, at) => first + at);
process.stdout.write(JSON.stringify(await runSequences({ seeds, steps, atOnce: 8 })));
