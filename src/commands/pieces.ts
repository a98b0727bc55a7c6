/**
 * Answers that may be long: few elements are answered at once; many, or long ones, are read from a snapshot while they
 * are sent.
 */
import { ListedRows, type Listing } from "../database/collections/listing.ts";
import type { Moment } from "../database/collections/moments.ts";
import {
  BudgetSpentError,
  ReadingBudget,
  UNLIMITED,
} from "../database/collections/reading-budget.ts";
import type { RangeWalk } from "../keyspace/range.ts";
import { type Reply, StreamReply } from "../resp/reply.ts";
import type { Answer, Context } from "./context.ts";

/** Up to so many elements are answered at once: about a millisecond. */
export const AT_ONCE_MAX = 1000;

/** How the rows of a listing are answered. */
export interface ListingForm {
  readonly kind: StreamReply["kind"];
  /** Replies of one element in an array; 1 otherwise. */
  readonly repliesPerElement: number;
  /** The replies of the element at which the walk stands. */
  take(walk: RangeWalk, take: (reply: Reply) => void): void;
}

/**
 * Answers a run of elements.
 *
 * @param find says which, looking nothing up that is counted; null: none, or few
 * @param atOnce answers them from memory; throws a BudgetSpentError when they are more than the budget
 */
export function answerListing(
  context: Context,
  form: ListingForm,
  find: () => Listing | null,
  atOnce: (budget: ReadingBudget) => Reply,
): Answer {
  const listing = context.client.mayWait ? find() : null;
  if (listing === null) return atOnce(UNLIMITED);
  if (listing.count <= AT_ONCE_MAX) {
    try {
      return atOnce(new ReadingBudget());
    } catch (error) {
      if (!(error instanceof BudgetSpentError)) throw error;
    }
  } else {
    // A look-up that `atOnce` would have counted.
    context.ledis.lookups.hits++;
  }
  return answerInPieces(context, form, find, () => atOnce(UNLIMITED));
}

async function answerInPieces(
  { ledis }: Context,
  form: ListingForm,
  find: () => Listing | null,
  atOnce: () => Reply,
): Promise<Reply> {
  const moment: Moment<{ ids: number[]; listing: Listing }> | null = await ledis.moments.take(
    () => {
      const listing = find();
      return listing === null ? null : { ids: [listing.id], listing };
    },
  );
  if (moment === null) return atOnce();
  const rows = await ListedRows.open(moment);
  const { count } = moment.subject.listing;
  return new StreamReply(form.kind, count * form.repliesPerElement, {
    next(take) {
      const walk = rows.next();
      if (walk === null) return false;
      form.take(walk, take);
      return true;
    },
    close: () => rows.close(),
  });
}
