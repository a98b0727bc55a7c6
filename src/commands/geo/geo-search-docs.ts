/** What COMMAND DOCS tells of the words of geo searches. */
import { type ArgumentDoc, bytes, key } from "../args.ts";
import { countArg, heightArg, position, radiusArg, token, unit, widthArg } from "./geo-words.ts";

/** What a search command takes. */
export interface GeoSearchForm {
  /** What stands before the options: a position, a member, or (null) nothing, and options say where to search. */
  readonly from: "position" | "member" | null;
  /** The option STORE, and STOREDIST with a key; or a key before all of this, and STOREDIST alone; or nothing. */
  readonly store: "option" | "key" | null;
}

const COUNT: ArgumentDoc = {
  name: "count",
  type: "block",
  optional: true,
  arguments: [
    { ...countArg.docs[0]!, token: "COUNT" },
    { ...token("ANY"), optional: true },
  ],
};

const ORDER: ArgumentDoc = {
  name: "order",
  type: "oneof",
  optional: true,
  arguments: [token("ASC"), token("DESC")],
};

const SHOWN: readonly ArgumentDoc[] = ["WITHCOORD", "WITHDIST", "WITHHASH"].map((name) => ({
  ...token(name),
  optional: true,
}));

const FROM: ArgumentDoc = {
  name: "from",
  type: "oneof",
  arguments: [
    { name: "member", type: "string", token: "FROMMEMBER" },
    { ...position.docs[0]!, token: "FROMLONLAT" },
  ],
};

const BY: ArgumentDoc = {
  name: "by",
  type: "oneof",
  arguments: [
    {
      name: "circle",
      type: "block",
      arguments: [{ ...radiusArg.docs[0]!, token: "BYRADIUS" }, ...unit.docs],
    },
    {
      name: "box",
      type: "block",
      arguments: [{ ...widthArg.docs[0]!, token: "BYBOX" }, ...heightArg.docs, ...unit.docs],
    },
  ],
};

/** In Redis's order, without what stands before them. */
export function searchDocs({ from, store }: GeoSearchForm): ArgumentDoc[] {
  if (from === null) {
    const last = store === "key" ? [{ ...token("STOREDIST"), optional: true }] : SHOWN;
    return [FROM, BY, ORDER, COUNT, ...last];
  }
  const place = from === "position" ? position.docs[0]!.arguments! : bytes("member").docs;
  const keys = ["STORE", "STOREDIST"].map((name, at) => ({
    ...key("key", at + 1).docs[0]!,
    token: name,
    optional: true,
  }));
  const circle = [...radiusArg.docs, ...unit.docs];
  return [...place, ...circle, ...SHOWN, COUNT, ORDER, ...(store === "option" ? keys : [])];
}
