/** How a generation's rows are packed into int32 words; the flush worker reads the same memory. */

export const ROW_WORDS = 4;
/** Place of the newest event: chunk number, then OFFSET_BITS of offset. Unsigned when compared. */
export const AT = 0;
/** Hash of the row key. */
export const HASH = 1;
/** Next row of the same collection, or -1. */
export const NEXT = 2;
/** What is known of a key row in the layers below, and how it is counted; see KeyTally. */
export const PRIOR = 3;

export const OFFSET_BITS = 20;
export const OFFSET_MASK = (1 << OFFSET_BITS) - 1;

/** Row number that means "no row". */
export const NO_ROW = -1;
