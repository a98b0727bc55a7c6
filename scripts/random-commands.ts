/**
 * Random commands, as data: each family lists templates, a template is a line of words, and a word in angle
 * brackets is drawn from a list below. `[...]` may be left out; `a|b` is one of several. To add a family,
 * add its templates (and words, if it needs its own) here.
 */

/** How the two replies are compared. */
export type Comparison =
  /** Byte for byte. */
  | "exact"
  /** The items of an array, in any order. */
  | "sorted"
  /** Integers may differ by the time that passes between two servers. */
  | "near"
  /** Only the kind of reply. */
  | "kind";

export interface Template {
  readonly line: string;
  readonly compare?: Comparison;
  /** How often it is drawn, against 1 for the others. */
  readonly weight?: number;
}

/** The head of a HyperLogLog: encoding, unused bytes, cardinality; the last one is to be counted anew. */
const SPARSE_HEAD = `HYLL\u0001\u0000\u0000\u0000${"\u0000".repeat(6)}\u0080`;
const DENSE_HEAD = SPARSE_HEAD.replace("\u0001", "\u0000");

/** Longitudes, latitudes and members all over the world: of different members no two are at the same place. */
function places(names: readonly string[], placesEach: number): string[] {
  const part = (number: number, by: number, limit: number) =>
    (((number * by) % 1) * 2 * limit - limit).toFixed(6);
  return names.flatMap((name, at) =>
    Array.from({ length: placesEach }, (_, nth) => {
      const number = at * placesEach + nth + 1;
      return `${part(number, 0.6180339887, 180)} ${part(number, 0.4142135623, 85)} ${name}`;
    }),
  );
}

const TOWNS = ["Palermo", "Catania", "edge", "a", "b", "c", "d", "\u0000", "\u00ff", "é", "1", "2"];
/** Words in these are several. */
const SEVERAL = ["condition", "place", "crowded-place", "center", "area", "scored-town"];

/** What stands for `<name>`. */
export const words: Readonly<Record<string, readonly string[]>> = {
  key: ["a", "b", "c", "d", "key:1", "key:2", "key:3", "", "\u0000\u00ff", "ключ"],
  value: [
    "",
    "x",
    "hello",
    "0",
    "1",
    "-1",
    "10",
    "9223372036854775807",
    "3.5",
    " 1",
    "1e3",
    "\r\n\u0000",
  ],
  integer: [
    "0",
    "1",
    "-1",
    "5",
    "100",
    "-100",
    "9223372036854775807",
    "-9223372036854775808",
    "x",
    "",
    "1.5",
  ],
  float: ["0", "1.5", "-0.1", "1e10", "3.0e-5", "inf", "nan", "x", ""],
  index: ["0", "1", "-1", "-2", "3", "100", "-100", "4000", "x"],
  offset: ["0", "1", "3", "40", "-1", "536870912", "x"],
  future: ["100", "1000", "86400", "9223372036854775", "9223372036854775807", "x"],
  "ttl-seconds": ["100", "5000", "0", "-1", "9223372036854775807", "x"],
  "ttl-milliseconds": ["100000", "5000000", "0", "-1", "9223372036854775807", "x"],
  "unix-seconds": ["4102444800", "4102444801", "1", "0", "-1", "x"],
  "unix-milliseconds": ["4102444800000", "4102444800001", "1", "0", "-1", "x"],
  condition: ["NX", "XX", "GT", "LT", "nx xx", "gt lt", "FOO"],
  pattern: ["*", "key:*", "?", "[ab]", "[^a]", "key:[1-2]", "", "\\*", "a*"],
  item: ["a", "b", "c", "", "1", "\u0000\u00ff"],
  count: ["0", "1", "2", "3", "100", "-1", "9223372036854775807", "x"],
  timeout: ["0.001", "1e-3", "-1", "x", "inf", "", "1e30", "-0.1"],
  type: ["string", "STRING", "list", "foo"],
  database: ["0", "1", "15", "16", "-1", "x"],
  set: ["s1", "s2", "s3", "s4", "s5", "str"],
  member: ["a", "b", "c", "ab", "abc", "1", "2", "30", "-4", "", "\u0000", "\u00ff", "é"],
  "member-count": ["0", "1", "2", "3", "100", "-1", "x", "", "9223372036854775808"],
  "sample-count": ["0", "100", "9223372036854775807", "x", "-9223372036854775808"],
  "set-count": ["1", "2", "3", "0", "-1", "x"],
  field: ["f", "g", "h", "n", "", "\u0000\u00ff", "field:1", "field:2", "поле"],
  number: ["0", "7", "-3", "1.5", "9223372036854775807", "-9223372036854775808", "1e5", "x", "inf"],
  zset: ["z1", "z2", "z3", "z4", "s1", "str"],
  stream: ["x1", "x2", "x3", "no-stream", "str"],
  "entry-id": ["1-*", "0-*", "5-1", "5-2", "7", "9-9", "12-3", "0-0", "20-*", "x", "1-1-1"],
  id: ["0", "0-1", "1-1", "5-1", "5-2", "7", "9-9", "12-3", "20-0", "20-1", "20-2", "x", "-1"],
  "id-start": [
    "-",
    "+",
    "0",
    "(0-1",
    "5",
    "(5-1",
    "7-0",
    "(18446744073709551615-18446744073709551615",
    "(",
  ],
  "id-end": ["-", "+", "5", "(5-2", "9-9", "(0-0", "20", "x"],
  "group-id": ["0", "$", "5-1", "9-9", "-", "+", "x"],
  group: ["g1", "g2", "no-group"],
  consumer: ["c1", "c2", "c3"],
  "max-length": ["0", "1", "3", "10", "200", "-1", "x"],
  "entry-count": ["0", "1", "2", "3", "100", "-1", "9223372036854775807", "x"],
  "min-idle": ["0", "0", "0", "1000000", "-1", "x"],
  hll: ["h1", "h2", "h3", "no-hll", "list", "str"],
  "hll-element": Array.from({ length: 2000 }, (_, number) => `element:${number}`),
  "odd-hll": ["odd1", "odd2"],
  /** HyperLogLogs that somebody made up: unusual runs, too few registers, too many, and what is none. */
  "odd-registers": [
    `${SPARSE_HEAD}${"?".repeat(256)}`,
    `${SPARSE_HEAD}~\u007f${"?".repeat(6)}`,
    `${SPARSE_HEAD}éé~\u007f${"?".repeat(5)}3`,
    `${SPARSE_HEAD}~\u007f${"@\u0000?".repeat(5)}${"\u0000".repeat(59)}`,
    `${SPARSE_HEAD}~\u007f${"?".repeat(6)}`.replace("\u0080", "\u0001\u0002"),
    SPARSE_HEAD,
    `${SPARSE_HEAD}\u007f\u007f`,
    `${SPARSE_HEAD}\u007f\u007f\u007f\u007f`,
    `${SPARSE_HEAD}\u007f\u007f\u0000é`,
    `${SPARSE_HEAD}~\u007f${"?".repeat(5)}éééé${"?".repeat(9)}`,
    `${SPARSE_HEAD.replace("\u0001", "\u0002")}${"?".repeat(256)}`,
    `${DENSE_HEAD}${"\u0000".repeat(12288)}`,
    `${DENSE_HEAD}${"\u007f".repeat(12288)}`,
    `${DENSE_HEAD}${"?1P\u0003".repeat(3072)}`,
    `${DENSE_HEAD}${"\u007f".repeat(12287)}`,
    `${DENSE_HEAD}${"\u007f".repeat(12289)}`,
    "HYLL",
    `hyll${SPARSE_HEAD.slice(4)}${"?".repeat(256)}`,
  ],
  geo: ["geo:1", "geo:2", "geo:3", "geo:stored", "no-geo", "str"],
  town: [...TOWNS, "Palermo", "Catania", "nowhere"],
  place: [
    ...places(TOWNS, 4),
    "13.361389 38.115556 Palermo",
    "15.087269 37.502669 Catania",
    "13.583333 37.316667 a",
    "180 85.05112878 edge",
    "-180 -85.05112878 edge",
    "180 0 edge",
    "0 0 b",
    "179.999999 66.3 c",
  ],
  "crowded-place": places(
    Array.from({ length: 3000 }, (_, number) => `place:${number}`),
    1,
  ),
  longitude: ["13.3", "-122.4", "180", "-180", "0", "180.1", "inf", "x", "1e-3"],
  latitude: ["38.1", "37.7", "85.05112878", "-85.05112878", "0", "-86", "x", ""],
  center: [
    "15 37",
    "13.361389 38.115556",
    "0 0",
    "179.9 66.5",
    "-179.9 -80.3",
    "180 85",
    "-180 -85.05112878",
    "-122.4 37.7",
    "100.5 -66.1",
    "200 10",
    "x 0",
  ],
  area: [
    "BYRADIUS 200 km",
    "BYRADIUS 5000 KM",
    "BYRADIUS 1000 mi",
    "BYRADIUS 25000 km",
    "BYRADIUS 9e6 ft",
    "BYRADIUS 0 m",
    "BYRADIUS inf m",
    "BYBOX 400 400 km",
    "BYBOX 8000 3000 km",
    "BYBOX 20000 9000 MI",
    "BYBOX 3e7 1e6 m",
    "BYBOX 0 inf ft",
    "BYRADIUS -1 km",
    "BYRADIUS x km",
    "BYRADIUS 1 league",
    "BYBOX 1 -1 km",
    "BYBOX x 1 km",
    "BYBOX 1 x km",
    "BYBOX 1 1 miles",
  ],
  radius: ["0", "100", "1500.5", "7e3", "20000", "inf", "-1", "x"],
  unit: ["m", "km", "KM", "ft", "mi", "mi", "league"],
  "geo-count": ["1", "2", "3", "5", "50", "9223372036854775807", "0", "-1", "x"],
  "scored-town": [
    "3479099956230698 Catania",
    "0 a",
    "9007199254740993 b",
    "1e19 c",
    "inf d",
    "-3 1",
    "-inf é",
  ],
  "one-score": ["l1", "l2", "no-zset"],
  "zset-member": [
    "a",
    "b",
    "c",
    "ab",
    "abc",
    "1",
    "2",
    "30",
    "",
    "\u0000",
    "\u00ff",
    "é",
    "x".repeat(60),
  ],
  score: [
    "0",
    "1",
    "2",
    "1.5",
    "-3",
    "1e3",
    "0.1",
    "inf",
    "-inf",
    "+7",
    "0x10",
    "1e400",
    "nan",
    "x",
    "",
  ],
  "score-bound": [
    "0",
    "1",
    "(1",
    "2",
    "(2",
    "-3",
    "(-3",
    "1e3",
    "-inf",
    "+inf",
    "(inf",
    "",
    "(",
    " 1",
    "1 ",
    "x",
    "nan",
    "1e400",
  ],
  "lex-bound": [
    "-",
    "+",
    "-",
    "+",
    "[a",
    "(a",
    "[b",
    "(ab",
    "[",
    "(",
    "[\u00ff",
    "a",
    "",
    "+x",
    "[1",
  ],
  rank: ["0", "1", "-1", "-2", "3", "100", "-100", "9223372036854775807", "x"],
  "add-option": ["NX", "XX", "GT", "LT", "CH", "incr"],
  weight: ["1", "2", "0.5", "0", "inf", "3", "x"],
  "large-member": Array.from({ length: 900 }, (_, number) => `member:${number}`),
  "large-score": ["0", "1", "2", "3", "4", "5", "10", "17.5", "100", "-5"],
  "random-count": ["0", "100", "-9223372036854775808", "9223372036854775807", "x", ""],
  "sort-list": ["list:1", "list:2"],
  "sort-set": ["set:1", "set:2"],
  "sort-zset": ["zset:1", "zset:2"],
  "sort-ordered": ["list:1", "list:2", "zset:1", "missing"],
  "sort-any": ["list:1", "list:2", "set:1", "set:2", "zset:1", "zset:2", "missing"],
  "sort-target": ["target", "list:2", "w_1"],
  "sort-number": ["1", "2", "3", "10", "-5", "0", "2.5", "1e2", "007", "+1", "0x10", "inf", "-inf"],
  "sort-element": ["a", "B", "ab", "1", "5", "", " 3", "3 ", "nan", "0.1", "x", "é"],
  "sort-weight": ["w_1", "w_2", "w_3", "w_10", "w_-5", "w_a", "w_"],
  "sort-object": ["o_1", "o_2", "o_3", "o_10", "o_0"],
  "sort-by": ["w_*", "o_*->f", "o_*->g", "o_*->", "w_*->f", "*", "w_*x", "missing_*"],
  "sort-get": ["#", "w_*", "o_*->f", "o_*->missing", "w_1", "*", "o_*", "w_*->f"],
};

/** Templates by family. */
export const families: Readonly<Record<string, readonly Template[]>> = {
  geo: [
    { line: "GEOADD <geo> <place> [<place>] [<place>]", weight: 12 },
    { line: "GEOADD <geo> [NX|XX] [CH] [nx|ch] <place> [<place>]", weight: 3 },
    { line: "GEOADD <geo> <longitude> <latitude> <town> [<longitude>] [FOO]" },
    { line: "GEOADD <geo> NX|CH XX <town> [x]" },
    { line: "ZADD <geo> <scored-town>" },
    { line: "ZREM <geo> <town> [<town>]", weight: 2 },
    { line: "GEODIST <geo> <town> <town> [<unit>] [FOO]", weight: 4 },
    { line: "GEOPOS|GEOHASH <geo> [<town>] [<town>] [<town>]", weight: 6 },
    {
      line: "GEOSEARCH <geo> FROMLONLAT <center> <area> [ASC|DESC] [WITHDIST] [WITHHASH] [WITHCOORD]",
      weight: 10,
    },
    {
      line: "GEOSEARCH <geo> <area> FROMMEMBER <town> [COUNT <geo-count>] [WITHCOORD] [WITHDIST]",
      weight: 6,
    },
    {
      line: "GEOSEARCH <geo> [FROMMEMBER <town>] [FROMLONLAT <center>] [<area>] [ASC] [COUNT 2] [ANY]",
      weight: 6,
    },
    {
      line: "GEOSEARCH <geo> <area> FROMMEMBER|FROMLONLAT <center> [COUNT 3 ANY] [DESC]",
      weight: 2,
    },
    { line: "geoSearch <geo> [BYRADIUS] [<area>] [FROMMEMBER <town>] [STOREDIST] [COUNT] [1] [0]" },
    {
      line: "GEOSEARCHSTORE <geo> <geo> FROMLONLAT <center> <area> [DESC] [COUNT <geo-count>] [ANY]",
      weight: 2,
    },
    {
      line: "GEOSEARCHSTORE geo:stored <geo> FROMMEMBER <town> <area> [STOREDIST] [COUNT 3] [ANY]",
      weight: 4,
    },
    { line: "GEOSEARCHSTORE <geo> <geo> <area> [STOREDIST] [FROMMEMBER <town>] [WITHDIST] [FOO]" },
    {
      line: "GEORADIUS|GEORADIUS_RO <geo> <center> <radius> <unit> [WITHDIST] [WITHCOORD] [DESC]",
      weight: 4,
    },
    {
      line: "GEORADIUS|GEORADIUS_RO <geo> <center> <radius> km [COUNT <geo-count>] [ANY] [STORE <geo>]",
      weight: 3,
    },
    {
      line: "GEORADIUS <geo> <center> <radius> km STORE|STOREDIST geo:stored [STORE <geo>] [COUNT 2]",
    },
    {
      line: "GEORADIUSBYMEMBER|GEORADIUSBYMEMBER_RO <geo> <town> <radius> <unit> [WITHHASH] [ASC]",
      weight: 4,
    },
    {
      line: "GEORADIUSBYMEMBER <geo> <town> <radius> km [COUNT <geo-count>] [STOREDIST <geo>] [WITHDIST]",
      weight: 2,
    },
    { line: "GEORADIUSBYMEMBER_RO <geo> <town> <radius> km [STORE] [FOO] [x]" },
    { line: "ZRANGE <geo> 0 -1 WITHSCORES", weight: 3 },
    { line: "DEL <geo>" },
    { line: "SET str x" },
    { line: "HELLO 2|3", compare: "kind" },
    {
      line: "COMMAND GETKEYS GEORADIUS <geo> 1 2 3 km [STORE <geo>] [STOREDIST <geo>] [store <geo>]",
    },
    { line: "COMMAND GETKEYSANDFLAGS GEOSEARCHSTORE <geo> <geo> FROMMEMBER a BYRADIUS 1 m" },
    { line: "COMMAND GETKEYSANDFLAGS GEORADIUSBYMEMBER <geo> STORE 1 m [ASC] [STORE <geo>]" },
  ],
  crowds: [
    {
      line: "GEOADD crowd <crowded-place> <crowded-place> <crowded-place> <crowded-place> <crowded-place>",
      weight: 20,
    },
    { line: "ZREMRANGEBYRANK crowd 0|7 1|8" },
    {
      line: "GEOSEARCH crowd FROMLONLAT <center> <area> [ASC|DESC] [COUNT <geo-count>] [WITHDIST]",
      weight: 5,
    },
    { line: "GEOSEARCH crowd FROMLONLAT <center> <area> COUNT <geo-count> ANY [ASC]", weight: 2 },
    {
      line: "GEOSEARCHSTORE stored crowd FROMLONLAT <center> <area> [STOREDIST] [COUNT <geo-count>]",
      weight: 2,
    },
    { line: "ZRANGE stored 0 -1 WITHSCORES" },
    { line: "ZCARD stored" },
  ],
  streams: [
    { line: "XADD <stream> 20-*|1-*|30-* <field> <value>", weight: 6 },
    { line: "XADD <stream> <entry-id> <field> <value> [<field> <value>]" },
    { line: "XADD <stream> [NOMKSTREAM] [MAXLEN|MINID] [=] <max-length> 40-* <field> <value>" },
    {
      line: "XADD <stream> MAXLEN ~ <max-length> [LIMIT <entry-count>] 40-* <field> <value> [<field>]",
    },
    { line: "XADD <stream> [LIMIT <entry-count>] [NOMKSTREAM] 20-* <field> <value>" },
    { line: "XLEN <stream>" },
    { line: "XRANGE <stream> <id-start> <id-end> [COUNT <entry-count>]", weight: 2 },
    { line: "XREVRANGE <stream> <id-end> <id-start> [COUNT <entry-count>]" },
    { line: "XDEL <stream> <id> [<id>]", weight: 2 },
    { line: "XTRIM <stream> MAXLEN|MINID [=] <max-length>" },
    { line: "XTRIM <stream> MAXLEN|MINID|FOO [~] <id> [LIMIT <entry-count>]" },
    { line: "XSETID <stream> <id> [ENTRIESADDED <entry-count>] [MAXDELETEDID <id>]" },
    { line: "XREAD [COUNT <entry-count>] STREAMS <stream> <id>", weight: 2 },
    { line: "XREAD [COUNT <entry-count>] [BLOCK 1|x|-1] STREAMS <stream> <stream> <id> $|0|> [0]" },
    { line: "XREAD [GROUP <group> <consumer>] [NOACK] STREAMS <stream> <id>" },
    {
      line: "XGROUP CREATE <stream> <group> <group-id> [MKSTREAM] [ENTRIESREAD <entry-count>]",
      weight: 3,
    },
    { line: "XGROUP SETID <stream> <group> <group-id> [ENTRIESREAD <entry-count>]" },
    { line: "XGROUP DESTROY <stream> <group>" },
    { line: "XGROUP CREATECONSUMER <stream> <group> <consumer>" },
    { line: "XGROUP DELCONSUMER <stream> <group> <consumer>" },
    {
      line: "XREADGROUP GROUP <group> <consumer> [COUNT <entry-count>] [NOACK] STREAMS <stream> >",
      weight: 4,
    },
    { line: "XREADGROUP GROUP <group> <consumer> [COUNT <entry-count>] STREAMS <stream> <id>" },
    { line: "XREADGROUP GROUP <group> <consumer> [BLOCK 1] STREAMS <stream> <stream> >|$ >|0" },
    { line: "XREADGROUP [COUNT <entry-count>] STREAMS <stream> <group> <consumer> <id>" },
    { line: "XACK <stream> <group> <id> [<id>]", weight: 2 },
    { line: "XPENDING <stream> <group>", weight: 2 },
    {
      line: "XPENDING <stream> <group> [IDLE <min-idle>] <id-start> <id-end> <entry-count> [<consumer>]",
      compare: "near",
    },
    {
      line: "XCLAIM <stream> <group> <consumer> <min-idle> <id> [<id>] [FORCE] [JUSTID] [RETRYCOUNT <entry-count>] [LASTID <id>]",
      weight: 2,
    },
    {
      line: "XCLAIM <stream> <group> <consumer> <min-idle> <id> [IDLE <entry-count>] [TIME <id>] [FOO]",
    },
    {
      line: "XAUTOCLAIM <stream> <group> <consumer> <min-idle> <id-start> [COUNT <entry-count>] [JUSTID]",
    },
    { line: "XINFO STREAM <stream> [FULL] [COUNT <entry-count>]", compare: "near", weight: 2 },
    { line: "XINFO GROUPS <stream>", weight: 2 },
    { line: "XINFO CONSUMERS <stream> <group>", compare: "near" },
    { line: "COPY <stream> <stream> [REPLACE]" },
    { line: "RENAME <stream> <stream>" },
    { line: "DEL <stream>" },
    { line: "TYPE <stream>" },
    { line: "OBJECT ENCODING <stream>" },
    { line: "SET str x" },
  ],
  hyperloglog: [
    { line: "PFADD <hll> [<hll-element>] [<hll-element> <hll-element>] [<value>]", weight: 8 },
    {
      line: "PFADD <hll> <hll-element> <hll-element> <hll-element> <hll-element> <hll-element> <hll-element>",
      weight: 4,
    },
    { line: "PFCOUNT <hll> [<hll>] [<hll>]", weight: 4 },
    { line: "PFMERGE <hll> [<hll>] [<hll>] [<odd-hll>]", weight: 2 },
    { line: "GET <hll>", weight: 4 },
    { line: "PFDEBUG ENCODING|decode|TODENSE|GETREG|FOO <hll>" },
    { line: "CONFIG SET hll-sparse-max-bytes 0|18|60|200|1000|3000", weight: 0.5 },
    { line: "SET <odd-hll> <odd-registers>", weight: 3 },
    { line: "PFADD <odd-hll> <hll-element>", weight: 4 },
    { line: "PFCOUNT <odd-hll> [<hll>]", weight: 3 },
    { line: "PFMERGE <odd-hll> <hll> [<odd-hll>]" },
    { line: "PFDEBUG ENCODING|DECODE|todense|GETREG|FOO <odd-hll>" },
    { line: "GET <odd-hll>", weight: 3 },
    { line: "EXPIRE <hll> 100" },
    { line: "TTL <hll>", compare: "near" },
    { line: "TYPE|STRLEN <hll>" },
    { line: "COPY|RENAME <hll> <hll>" },
    { line: "DEL <hll>" },
    { line: "DEL h1|h2|h3" },
    { line: "RPUSH list x" },
    { line: "SET str x|1" },
  ],
  strings: [
    { line: "SET <key> <value>", weight: 6 },
    { line: "SET <key> <value> [NX|XX] [GET] [KEEPTTL]", weight: 3 },
    { line: "SET <key> <value> [NX|XX] [GET] EX <ttl-seconds> [GET]", weight: 2 },
    { line: "SET <key> <value> PX <ttl-milliseconds> [XX] [EX] [KEEPTTL]" },
    { line: "SET <key> <value> PXAT|EXAT <unix-seconds>" },
    { line: "GET <key>", weight: 4 },
    { line: "GETSET <key> <value>" },
    { line: "GETDEL <key>" },
    { line: "GETEX <key> [PERSIST] [EX <ttl-seconds>] [PX <ttl-milliseconds>]" },
    { line: "GETEX <key> [EXAT <unix-seconds>] [PXAT <unix-milliseconds>]" },
    { line: "SETNX <key> <value>" },
    { line: "SETEX <key> <ttl-seconds> <value>" },
    { line: "PSETEX <key> <ttl-milliseconds> <value>" },
    { line: "MGET <key> [<key>] [<key>] [<key>]", weight: 2 },
    { line: "MSET <key> <value> [<key> <value>] [<key>]" },
    { line: "MSETNX <key> <value> [<key> <value>] [<key>]" },
    { line: "APPEND <key> <value>", weight: 2 },
    { line: "STRLEN <key>" },
    { line: "SETRANGE <key> <offset> <value>", weight: 2 },
    { line: "GETRANGE|SUBSTR <key> <index> <index>", weight: 2 },
    { line: "INCR|DECR <key>", weight: 3 },
    { line: "INCRBY|DECRBY <key> <integer>", weight: 3 },
    { line: "INCRBYFLOAT <key> <float>", weight: 2 },
    { line: "LCS <key> <key> [LEN] [IDX] [MINMATCHLEN <integer>] [WITHMATCHLEN]" },
  ],
  sets: [
    { line: "SADD <set> <member> [<member>] [<member>] [<member>]", weight: 8 },
    { line: "SREM <set> <member> [<member>] [<member>]", weight: 4 },
    { line: "SMEMBERS <set>", compare: "sorted", weight: 2 },
    { line: "SCARD <set>" },
    { line: "SISMEMBER <set> <member>" },
    { line: "SMISMEMBER <set> <member> [<member>] [<member>] [<member>]" },
    { line: "SPOP no-set [<member-count>] [<member-count>]" },
    { line: "SPOP <set> 100", compare: "sorted" },
    { line: "SPOP <set> 0|-1|x" },
    { line: "SRANDMEMBER <set>", compare: "kind" },
    { line: "SRANDMEMBER <set> <sample-count> [<sample-count>]", compare: "sorted" },
    { line: "SRANDMEMBER <set> -3", compare: "kind" },
    { line: "SMOVE <set> <set> <member>", weight: 3 },
    { line: "SINTER|SUNION|SDIFF <set> [<set>] [<set>] [<set>]", compare: "sorted", weight: 5 },
    { line: "SINTERSTORE|SUNIONSTORE|SDIFFSTORE <set> <set> [<set>] [<set>]", weight: 3 },
    { line: "SINTERCARD <set-count> <set> [<set>] [<set>] [LIMIT <member-count>]", weight: 2 },
    { line: "SSCAN <set> 0 [COUNT 1000] [MATCH <pattern>] [COUNT <index>]", compare: "kind" },
    { line: "SSCAN <set> 0 COUNT 1000 [MATCH <pattern>] [FOO]", compare: "sorted" },
    { line: "COPY <set> <set> [REPLACE]" },
    { line: "RENAME <set> <set>" },
    { line: "OBJECT ENCODING <set>", compare: "kind" },
    { line: "EXPIRE <set> <ttl-seconds>" },
    { line: "TTL <set>", compare: "near" },
    { line: "TYPE|PERSIST|EXISTS <set>" },
    { line: "SET str|s5 <member>" },
    { line: "DEL|UNLINK <set>" },
  ],
  keys: [
    { line: "DEL|UNLINK <key> [<key>] [<key>]", weight: 2 },
    { line: "EXISTS|TOUCH <key> [<key>] [<key>]" },
    { line: "TYPE <key>" },
    { line: "EXPIRE <key> <ttl-seconds> [<condition>] [<condition>]", weight: 2 },
    { line: "PEXPIRE <key> <ttl-milliseconds> [<condition>]" },
    { line: "EXPIREAT <key> <unix-seconds> [<condition>] [<condition>]", weight: 2 },
    { line: "PEXPIREAT <key> <unix-milliseconds> [<condition>]" },
    { line: "TTL|PTTL|EXPIRETIME|PEXPIRETIME <key>", compare: "near", weight: 3 },
    { line: "PERSIST <key>" },
    { line: "RENAME|RENAMENX <key> <key>", weight: 3 },
    { line: "COPY <key> <key> [DB <database>] [REPLACE]", weight: 3 },
    { line: "MOVE <key> <database>", weight: 2 },
    { line: "SWAPDB <database> <database>" },
    { line: "SELECT <database>" },
    { line: "KEYS <pattern>", compare: "sorted", weight: 2 },
    { line: "SCAN 0 COUNT 1000 [MATCH <pattern>] [TYPE <type>]", compare: "sorted", weight: 2 },
    { line: "SCAN 0|x|-x COUNT <index>", compare: "kind" },
    { line: "RANDOMKEY", compare: "kind" },
    { line: "DBSIZE", compare: "kind" },
    { line: "OBJECT FREQ <key>" },
    { line: "OBJECT REFCOUNT <key>", compare: "kind" },
    { line: "FLUSHDB|FLUSHALL [ASYNC] [SYNC]" },
    { line: "FLUSHALL [ASYNC|SYNC|FOO]" },
  ],
  hashes: [
    { line: "HSET|HMSET <key> <field> <value> [<field> <number>] [<field>]", weight: 5 },
    { line: "HSET <key> <field> <number>", weight: 3 },
    { line: "HSETNX <key> <field> <value>", weight: 2 },
    { line: "HGET|HEXISTS|HSTRLEN <key> <field>", weight: 4 },
    { line: "HMGET <key> <field> [<field>] [<field>]", weight: 2 },
    { line: "HGETALL|HKEYS|HVALS <key>", compare: "sorted", weight: 3 },
    { line: "HLEN <key>", weight: 2 },
    { line: "HDEL <key> <field> [<field>] [<field>]", weight: 4 },
    { line: "HINCRBY <key> <field> <integer>", weight: 3 },
    { line: "HINCRBYFLOAT <key> <field> <float>", weight: 3 },
    { line: "HRANDFIELD <key> <random-count> [WITHVALUES] [WITHVALUES|FOO]", compare: "sorted" },
    { line: "HRANDFIELD <key> [1|-3] [WITHVALUES]", compare: "kind" },
    {
      line: "HSCAN <key> 0|x [COUNT <integer>] [MATCH <pattern>] [COUNT] [FOO]",
      compare: "sorted",
    },
    { line: "SET|APPEND <key> <value>" },
    { line: "DEL <key>" },
    { line: "RENAME|COPY <key> <key>" },
    { line: "EXPIRE <key> <ttl-seconds>" },
    { line: "TYPE|PERSIST <key>" },
    { line: "TTL <key>", compare: "near" },
  ],
  zsets: [
    { line: "ZADD <zset> <score> <zset-member> [<score> <zset-member>] [1]", weight: 8 },
    { line: "ZADD <zset> <add-option> [<add-option>] <score> <zset-member>", weight: 6 },
    { line: "ZADD <zset> CH <score> <zset-member> <score> <zset-member>", weight: 2 },
    { line: "ZADD <zset> [XX|NX] [GT|LT] [CH] [INCR] <score> <zset-member>", weight: 5 },
    { line: "ZADD <zset> [NX|XX] [CH] [GT|LT] <score> <zset-member> <score> <zset-member> [FOO]" },
    { line: "ZADD <zset> [CH] [INCR] [NX] [XX] [GT] [LT] [<score>] [<zset-member>]" },
    { line: "ZINCRBY <zset> <score> <zset-member>", weight: 3 },
    { line: "ZINCRBY <zset> nx|incr 1" },
    { line: "ZREM <zset> <zset-member> [<zset-member>]", weight: 3 },
    { line: "ZCARD|TYPE|EXISTS|PERSIST <zset>" },
    { line: "ZSCORE|ZRANK|ZREVRANK <zset> <zset-member>", weight: 3 },
    { line: "ZMSCORE <zset> <zset-member> [<zset-member>]" },
    { line: "ZCOUNT <zset> <score-bound> <score-bound>", weight: 3 },
    { line: "ZLEXCOUNT <zset> <lex-bound> <lex-bound>", weight: 2 },
    { line: "ZRANGE|ZREVRANGE <zset> <rank> <rank> [WITHSCORES]", weight: 3 },
    { line: "ZRANGE|ZREVRANGE <zset> 0 -1 [withscores] [LIMIT 0 -1]", weight: 3 },
    {
      line: "ZRANGE <zset> <score-bound> <score-bound> BYSCORE [REV] [LIMIT <rank> <rank>] [WITHSCORES]",
    },
    {
      line: "ZRANGE <zset> <lex-bound> <lex-bound> [REV] BYLEX [LIMIT <rank> <rank>] [WITHSCORES]",
    },
    { line: "ZRANGE <zset> <rank> <rank> [REV] [LIMIT 0 1] [FOO]" },
    { line: "ZRANGESTORE <zset> <zset> <rank> <rank> [REV] [WITHSCORES]", weight: 2 },
    { line: "ZRANGESTORE <zset> <zset> <score-bound> <score-bound> BYSCORE [REV] [LIMIT 1 2]" },
    { line: "ZRANGESTORE <zset> <zset> <lex-bound> <lex-bound> BYLEX [REV] [LIMIT <rank> <rank>]" },
    {
      line: "ZRANGESTORE <zset> <zset> 0|-1 0|-1 [BYSCORE] [BYLEX] [REV] [LIMIT <rank> <rank>] [FOO]",
    },
    {
      line: "ZRANGE <zset> <rank> <rank> [BYLEX] [BYSCORE] [REV] [LIMIT <rank> <rank>] [WITHSCORES]",
    },
    { line: "ZRANGE <zset> (1|[a|+|-|+inf -inf|(1|-|+ [REV] BYSCORE|BYLEX [LIMIT 0 2]", weight: 2 },
    {
      line: "ZRANGEBYSCORE|ZREVRANGEBYSCORE <zset> <score-bound> <score-bound> [LIMIT <rank> <rank>] [WITHSCORES]",
      weight: 4,
    },
    { line: "ZRANGEBYSCORE <zset> <score-bound> <score-bound> [LIMIT 1] [FOO] [REV]" },
    {
      line: "ZRANGEBYLEX|ZREVRANGEBYLEX <zset> <lex-bound> <lex-bound> [LIMIT <rank> <rank>]",
      weight: 3,
    },
    { line: "ZREMRANGEBYRANK <zset> <rank> <rank>" },
    { line: "ZREMRANGEBYSCORE <zset> <score-bound> <score-bound>" },
    { line: "ZREMRANGEBYLEX <zset> <lex-bound> <lex-bound>" },
    { line: "ZPOPMIN|ZPOPMAX <zset> [<count>] [1]", weight: 2 },
    { line: "ZMPOP 1|2|0|x <zset> [<zset>] MIN|MAX|x [COUNT <count>] [COUNT 1]", weight: 2 },
    { line: "BZPOPMIN|BZPOPMAX <zset> [<zset>] <timeout>" },
    { line: "BZMPOP <timeout> 1|2|0 <zset> [<zset>] MIN|MAX [COUNT <count>]" },
    { line: "ZRANDMEMBER <zset>", compare: "kind" },
    { line: "ZRANDMEMBER <zset> <random-count> [WITHSCORES] [1]", compare: "sorted" },
    { line: "ZRANDMEMBER <zset> -3 [WITHSCORES]", compare: "kind" },
    { line: "ZRANDMEMBER <zset> 0|x|9223372036854775808 [WITHSCORES] [FOO]" },
    { line: "ZMPOP 2 <zset> <zset> MIN|MAX COUNT 1|2|100", weight: 2 },
    { line: "BZMPOP 0.001 2 <zset> <zset> MIN|MAX COUNT 1|2|100" },
    { line: "ZUNION|ZINTER|ZDIFF 1|2|3|0|x <zset> <zset> [<zset>] [WITHSCORES] [FOO]", weight: 3 },
    {
      line: "ZUNION|ZINTER 2 <zset> <zset> [WEIGHTS <weight> <weight>] [AGGREGATE SUM|MIN|MAX|x] WITHSCORES",
      weight: 4,
    },
    { line: "ZUNIONSTORE|ZINTERSTORE|ZDIFFSTORE <zset> 2 <zset> <zset> [WITHSCORES]", weight: 2 },
    { line: "ZUNIONSTORE|ZINTERSTORE <zset> 2 <zset> <zset> WEIGHTS <weight> <weight> [1]" },
    {
      line: "ZUNIONSTORE|ZINTERSTORE|ZDIFFSTORE <zset> 3 <zset> <zset> <zset> [WEIGHTS 2 -1 inf] [AGGREGATE sum|min|max]",
      weight: 3,
    },
    {
      line: "ZUNION|ZINTER|ZUNIONSTORE 3 <zset> <zset> <zset> [AGGREGATE MIN|MAX] [WEIGHTS 1 -2 0.5] [WITHSCORES]",
      weight: 2,
    },
    { line: "ZUNIONSTORE|ZINTERSTORE|ZDIFFSTORE <zset> 0|-1|x|1|5 <zset> [WEIGHTS] [AGGREGATE]" },
    { line: "ZINTERCARD 2|1|0|x <zset> [<zset>] [LIMIT <count>]", weight: 2 },
    { line: "ZSCAN <zset> 0 COUNT 1000 [MATCH <pattern>] [FOO]", compare: "sorted" },
    { line: "ZSCAN <zset> 0|x [COUNT <integer>] [MATCH <pattern>] [COUNT]", compare: "sorted" },
    { line: "ZINTERCARD 3 <zset> <zset> <zset> [LIMIT 0|1|2] [LIMIT 1]" },
    { line: "SADD s1 <zset-member> [<zset-member>]" },
    { line: "SET|DEL str|s1|z1|z2" },
    { line: "COPY <zset> <zset> [REPLACE]" },
    { line: "RENAME <zset> <zset>" },
    { line: "EXPIRE <zset> <ttl-seconds>" },
    { line: "TTL <zset>", compare: "near" },
    { line: "SET str 1" },
    { line: "ZADD <one-score> 1 <zset-member> 1 <zset-member> 1 <zset-member>", weight: 2 },
    { line: "ZRANGEBYLEX|ZREVRANGEBYLEX|ZLEXCOUNT <one-score> <lex-bound> <lex-bound>", weight: 2 },
    { line: "ZREMRANGEBYLEX <one-score> <lex-bound> <lex-bound>" },
    { line: "HELLO 2|3", compare: "kind" },
  ],
  /** Sets that are too large for a walk from end to end. */
  "large-zsets": [
    {
      line: "ZADD large <large-score> <large-member> <large-score> <large-member> <large-score> <large-member> <large-score> <large-member>",
      weight: 8,
    },
    {
      line: "ZADD same 0 <large-member> 0 <large-member> 0 <large-member> 0 <large-member>",
      weight: 3,
    },
    { line: "ZINCRBY large <large-score> <large-member>", weight: 2 },
    { line: "ZREM large|same <large-member> <large-member>", weight: 5 },
    { line: "ZRANK|ZREVRANK|ZSCORE large|same <large-member>", weight: 5 },
    {
      line: "ZRANGE|ZREVRANGE large|same 0|3|100|150|300|-200 10|160|200|-1|-150 [WITHSCORES]",
      weight: 3,
    },
    { line: "ZCOUNT large -inf|0|(2|5|(17.5 1|(5|10|+inf", weight: 3 },
    {
      line: "ZRANGEBYSCORE large -inf|0|(2|5|(17.5 1|(5|10|+inf LIMIT 0|1|70|200 1|10|-1",
      weight: 3,
    },
    {
      line: "ZREVRANGEBYSCORE large 1|(5|10|+inf -inf|0|(2|5|(17.5 LIMIT 0|1|70|200 1|10|-1",
      weight: 3,
    },
    { line: "ZLEXCOUNT same -|[member:1|(member:5|[member:77 [member:3|(member:80|+", weight: 2 },
    { line: "ZRANGEBYLEX same -|[member:1|(member:5 [member:3|(member:80|+ LIMIT 0|100 5" },
    { line: "ZREVRANGEBYLEX same [member:3|(member:80|+ -|[member:1|(member:5 LIMIT 0|100 5" },
    { line: "ZPOPMIN|ZPOPMAX large|same [3]", weight: 2 },
    { line: "ZREMRANGEBYRANK large|same 5|130|-20 12|140|-10" },
    { line: "ZREMRANGEBYRANK large|same 0|100 -1|-100" },
    { line: "ZREMRANGEBYLEX same [member:3|(member:80|- (member:35|[member:801" },
    { line: "ZADD large GT|LT|NX|XX CH <large-score> <large-member> <large-score> <large-member>" },
    {
      line: "ZRANGE large 1|(5|10 +inf|(17.5|5 BYSCORE [LIMIT 0|3|150 2|200] [WITHSCORES]",
      weight: 2,
    },
    { line: "ZRANGE large +inf|(17.5|5 1|(5|10 BYSCORE REV [LIMIT 0|3|150 2|200] [WITHSCORES]" },
    { line: "ZRANGE same [member:8|+ -|(member:3 BYLEX REV [LIMIT 0|50 20|-1]" },
    { line: "ZRANGESTORE part large|same 3|100|-300 200|-2 [REV]" },
    { line: "ZRANGESTORE part large 1|(2 5|(17.5 BYSCORE [LIMIT 0|100 300]" },
    { line: "ZRANGESTORE part same [member:3|- (member:80|+ BYLEX [LIMIT 0|100 300]" },
    { line: "ZRANGE|ZREVRANGE part|union 0|50 -1|100 WITHSCORES", weight: 2 },
    { line: "ZINTERSTORE|ZUNIONSTORE union 2 part large AGGREGATE MIN|MAX|SUM" },
    { line: "ZDIFFSTORE union 2 large part" },
    { line: "ZMPOP 2 part large MIN|MAX COUNT 1|150" },
    { line: "ZPOPMIN|ZPOPMAX part 150|1" },
    { line: "ZLEXCOUNT same - (member:80|+" },
    { line: "ZREVRANGEBYSCORE large +inf (2 LIMIT 500|899 700" },
    { line: "ZRANGE large|same -1|0|899|400 1000|-1|400 REV" },
    { line: "ZMSCORE large|part <large-member> <large-member>" },
    { line: "ZREMRANGEBYSCORE large (4|17.5|-5 (10|18|-1" },
    { line: "ZRANDMEMBER large|same 1000 WITHSCORES", compare: "sorted" },
    { line: "ZUNIONSTORE union 2 large same WEIGHTS 1 2" },
    { line: "ZINTER 2 large same WITHSCORES" },
    { line: "ZDIFF 2 same large" },
    { line: "ZINTERCARD 2 large same LIMIT 0|100" },
    { line: "ZSCAN large|same 0 COUNT 2000 MATCH *1*", compare: "sorted" },
    { line: "COPY large copy REPLACE" },
    { line: "RENAME copy large" },
    { line: "ZCARD large|same|union", weight: 2 },
  ],
  lists: [
    { line: "LPUSH|RPUSH <key> <item> [<item> <item>] [<item>]", weight: 8 },
    { line: "LPUSHX|RPUSHX <key> <item> [<item>]", weight: 2 },
    { line: "LPOP|RPOP <key>", weight: 3 },
    { line: "LPOP|RPOP <key> <count> [<count>]" },
    { line: "LLEN <key>" },
    { line: "LINDEX <key> <index>", weight: 2 },
    { line: "LRANGE <key> <index> <index>", weight: 2 },
    { line: "LRANGE <key> 0 -1", weight: 3 },
    { line: "LSET <key> <index> <item>", weight: 2 },
    { line: "LINSERT <key> BEFORE|after|x <item> <item>", weight: 3 },
    { line: "LREM <key> <index> <item>", weight: 3 },
    { line: "LTRIM <key> <index> <index>" },
    { line: "LTRIM <key> 0|1 -1|-2" },
    { line: "LPOS <key> <item> [RANK <index>] [COUNT <count>] [MAXLEN <count>] [FOO]", weight: 3 },
    { line: "LMOVE <key> <key> LEFT|RIGHT left|right|x", weight: 3 },
    { line: "RPOPLPUSH <key> <key>", weight: 2 },
    { line: "LMPOP 1|2|0|x <key> [<key>] LEFT|RIGHT|x [COUNT <count>] [COUNT 1]", weight: 2 },
    { line: "BLPOP|BRPOP <key> [<key>] <timeout>", weight: 2 },
    { line: "BLMOVE <key> <key> LEFT|RIGHT|x LEFT|RIGHT <timeout>" },
    { line: "BRPOPLPUSH <key> <key> <timeout>" },
    { line: "BLMPOP <timeout> 1|2|0 <key> [<key>] LEFT|RIGHT [COUNT <count>]" },
    { line: "RENAME <key> <key>" },
    { line: "COPY <key> <key> [REPLACE]" },
    { line: "EXPIRE <key> 100" },
    { line: "TTL <key>", compare: "near" },
    { line: "SET|DEL <key>" },
    { line: "SET <key> <value>" },
  ],
  sorting: [
    { line: "RPUSH|LPUSH <sort-list> <sort-number> [<sort-number>] [<sort-number>]", weight: 5 },
    { line: "RPUSH <sort-list> <sort-element>" },
    { line: "LPOP|RPOP <sort-list> [2]", weight: 3 },
    { line: "SADD <sort-set> <sort-number> [<sort-element>] [<sort-number>]", weight: 3 },
    { line: "SREM <sort-set> <sort-number> <sort-element>", weight: 3 },
    {
      line: "ZADD <sort-zset> <large-score> <sort-number> [<large-score> <sort-number>]",
      weight: 3,
    },
    { line: "SET <sort-weight> <sort-element>", weight: 4 },
    { line: "HSET <sort-object> f|g <sort-element>", weight: 4 },
    { line: "DEL <sort-weight> [<sort-object>]" },
    { line: "DEL <sort-list> [<sort-zset>] [<sort-set>]" },
    { line: "SORT|SORT_RO <sort-any> [ASC|DESC] [LIMIT <rank> <rank>] [ALPHA]", weight: 8 },
    { line: "SORT|SORT_RO <sort-any> [ALPHA] [DESC] [GET <sort-get>] [GET <sort-get>]", weight: 5 },
    {
      line: "SORT <sort-any> BY <sort-by> [LIMIT <rank> <rank>] [DESC] [GET <sort-get>] [GET #]",
      weight: 8,
    },
    { line: "SORT <sort-any> ALPHA BY <sort-by> [DESC] [GET <sort-get>]", compare: "sorted" },
    {
      line: "SORT|SORT_RO <sort-ordered> BY nosort|# [LIMIT <rank> <rank>] [DESC] [GET #]",
      weight: 3,
    },
    { line: "SORT|SORT_RO <sort-set> BY nosort [DESC] [GET <sort-get>]", compare: "sorted" },
    {
      line: "SORT <sort-any> [ALPHA] [LIMIT <rank> <rank>] [GET <sort-get>] STORE <sort-target>",
      weight: 5,
    },
    { line: "SORT <sort-any> BY nosort [GET <sort-get>] STORE <sort-target>", weight: 2 },
    { line: "LRANGE <sort-target> 0 -1", weight: 3 },
    { line: "TTL|TYPE <sort-target>" },
    { line: "EXPIRE <sort-target> 100" },
    { line: "SORT|SORT_RO <sort-ordered> [BY] [GET] [LIMIT 1] [STORE x] [FOO]" },
    { line: "SORT|SORT_RO <sort-weight> [DESC]" },
  ],
};

/** Numbers in [0, 1) that follow from a seed: mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(random: () => number, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)]!;
}

/** One command of a template: names in place of words, some of the optional parts. */
export function drawCommand(random: () => number, { line }: Template): string[] {
  const chosen = line.replace(/\[([^\]]*)\]/g, (_, part: string) => (random() < 0.3 ? part : ""));
  return chosen
    .split(" ")
    .filter((word) => word !== "")
    .flatMap((word) => drawWord(random, word));
}

function drawWord(random: () => number, word: string): string[] {
  const name = /^<(.*)>$/.exec(word)?.[1];
  if (name === undefined) return [pick(random, word.split("|"))];
  const list = words[name];
  if (list === undefined) throw new Error(`no words for <${name}>`);
  const drawn = pick(random, list);
  return SEVERAL.includes(name) ? drawn.split(" ") : [drawn];
}

/** A template of these families, by weight. */
export function drawTemplate(random: () => number, names: readonly string[]): Template {
  const templates = names.flatMap((name) => {
    const family = families[name];
    if (family === undefined) throw new Error(`no family ${name}`);
    return family;
  });
  let at = random() * templates.reduce((sum, { weight = 1 }) => sum + weight, 0);
  for (const template of templates) {
    at -= template.weight ?? 1;
    if (at < 0) return template;
  }
  return templates.at(-1)!;
}
