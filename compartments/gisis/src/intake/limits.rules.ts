/** What an import may cost. Each limit is told to whoever meets it. */
const MIB = 1_048_576;
export const FILE_BYTES = 200 * MIB;
export const WORKBOOK_BYTES = 50 * MIB;
/** Of one part of a workbook, once it is unpacked, and of all that is read of it. */
export const UNPACKED_BYTES = 300 * MIB;
/** Real sheets shrink ten- to thirtyfold. */
export const MOST_RATIO = 200;
export const RATIO_FROM_BYTES = MIB;
export const MOST_ENTRIES = 2000;
/** Characters of the texts that the cells of a workbook share: they are held in memory. */
export const SHARED_CHARACTERS = 60_000_000;
export const MOST_ROWS = 1_000_000;
export const MOST_COLUMNS = 200;
export const CELL_CHARACTERS = 20_000;
export const ROW_CHARACTERS = 1_000_000;
export const READING_MS = 240_000;
export const CHECKING_MS = 1_800_000;

/** Records that are judged and written together. */
export const BATCH_ROWS = 200;
/**
 * What one request carries out, in its one transaction: the watch takes a transaction whose request is not answered at once for one
 * without a receipt, and whoever files in the same module waits meanwhile for a number.
 */
export const STEP_ROWS = 5000;
export const STEP_MS = 6000;
/**
 * Rows of tables, lines of history among them, after which a step ends, and what its last batch may add. Each takes a number of a
 * sequence: history follows a thousand moves of sequences in one transaction, of 33 numbers each.
 */
export const STEP_CHANGES = 20_000;
export const BATCH_CHANGES = 12_000;

export const LONGEST_SOURCE = 500;
/** Faults that are kept to be read; all are counted. */
export const MOST_FAULTS = 5000;
export const SHOWN_FAULTS = 20;
/** Open imports of one person, and of all; those that nobody carries out are forgotten after some days. */
export const OPEN_OF_ONE = 3;
export const OPEN_OF_ALL = 20;
export const KEPT_DAYS = 7;
/** Tables that were read and wait to be carried out; others are read anew when somebody looks at them. */
export const HELD_TABLES = 4;
