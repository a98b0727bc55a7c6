/**
 * Geohashes: positions on the earth as cells of a grid, and as one number in which the bits of both coordinates
 * alternate, so that what is close together often has close numbers. Redis's form: latitudes end where Web Mercator
 * maps end, and a number of 52 bits, 26 of each coordinate, is a member's score.
 */

/** In degrees. */
export interface Position {
  /** East of Greenwich, in [-180, 180]. */
  readonly longitude: number;
  /** North of the equator, in [-85.05112878, 85.05112878]. */
  readonly latitude: number;
}

/** A cell of the grid of 2^step times 2^step cells. */
export interface Cell {
  /** From the west. In [0, 2^step]: 180° itself is a column of its own. */
  readonly x: number;
  /** From the south, likewise. */
  readonly y: number;
  /** From 1, four cells, to {@link STEP_MAX}. */
  readonly step: number;
}

/** Its edges, in degrees. */
export interface CellArea {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** Scores in [min, maxExclusive): those of the positions in a cell. */
export interface CellScores {
  readonly min: number;
  readonly maxExclusive: number;
}

/** Halvings of each coordinate in a score. */
export const STEP_MAX = 26;
export const LONGITUDE_MAX = 180;
export const LATITUDE_MAX = 85.05112878;

/** Latitudes in the geohashes that other programs know. */
const STANDARD_LATITUDE_MAX = 90;
const WORD = 2 ** 32;
const INT64_END = 2 ** 63;
const UINT64_END = 2 ** 64;
const ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";
/** Characters with five bits of the hash each; one more is always 0. */
const TEXT_DIGITS = 10;

/** Whether there is such a position. */
export function isPosition({ longitude, latitude }: Position): boolean {
  return Math.abs(longitude) <= LONGITUDE_MAX && Math.abs(latitude) <= LATITUDE_MAX;
}

/** The score of a position: up to 2^52, somewhat more on the eastern and northern edge. */
export function scoreOfPosition(position: Position): number {
  return scoresOfCell(cellAt(position, STEP_MAX)).min;
}

/** The middle of the cell that a score means; of any double, as Redis reads it. */
export function positionOfScore(score: number): Position {
  const high = highWord(score);
  const low = lowWord(score);
  return {
    longitude: middleOf(joined(high >>> 1, low >>> 1), LONGITUDE_MAX),
    latitude: middleOf(joined(high, low), LATITUDE_MAX),
  };
}

/** The geohash as other programs write it, in 11 characters. */
export function geohashText({ longitude, latitude }: Position): string {
  const x = columnOf(longitude, LONGITUDE_MAX, STEP_MAX) % 2 ** STEP_MAX;
  const y = columnOf(latitude, STANDARD_LATITUDE_MAX, STEP_MAX);
  let rest = scoresOfCell({ x, y, step: STEP_MAX }).min / 2 ** 52;
  let text = "";
  for (let digit = 0; digit < TEXT_DIGITS; digit++) {
    rest *= ALPHABET.length;
    text += ALPHABET[Math.trunc(rest)]!;
    rest -= Math.trunc(rest);
  }
  return `${text}0`;
}

/** The cell in which a position is. */
export function cellAt({ longitude, latitude }: Position, step: number): Cell {
  const x = columnOf(longitude, LONGITUDE_MAX, step);
  const y = columnOf(latitude, LATITUDE_MAX, step);
  return { x, y, step };
}

/** The cell so many columns to the east and rows to the north; behind the last one comes the first. */
export function neighborOf({ x, y, step }: Cell, east: number, north: number): Cell {
  const mask = 2 ** step - 1;
  // What does not move keeps a place on the very edge, as in Redis.
  return {
    x: east === 0 ? x : (x + east) & mask,
    y: north === 0 ? y : (y + north) & mask,
    step,
  };
}

export function areaOf({ x, y, step }: Cell): CellArea {
  return {
    west: edgeOf(x, step, LONGITUDE_MAX),
    south: edgeOf(y, step, LATITUDE_MAX),
    east: edgeOf(x + 1, step, LONGITUDE_MAX),
    north: edgeOf(y + 1, step, LATITUDE_MAX),
  };
}

export function scoresOfCell({ x, y, step }: Cell): CellScores {
  const high = interleave(x >>> 16, y >>> 16) * WORD;
  const low = interleave(x & 0xffff, y & 0xffff);
  const scale = 4 ** (STEP_MAX - step);
  return { min: (high + low) * scale, maxExclusive: (high + (low + 1)) * scale };
}

function columnOf(degrees: number, limit: number, step: number): number {
  return Math.trunc(((degrees + limit) / (limit * 2)) * 2 ** step);
}

/** Where a column or row begins, in degrees. */
function edgeOf(column: number, step: number, limit: number): number {
  return -limit + (column / 2 ** step) * (limit * 2);
}

/** The middle of a column or row of the finest grid, in degrees. */
function middleOf(column: number, limit: number): number {
  const sum = edgeOf(column, STEP_MAX, limit) + edgeOf(column + 1, STEP_MAX, limit);
  return Math.max(-limit, Math.min(limit, sum / 2));
}

/** High half of a score as C casts a double to 64 bits without a sign on x86. */
function highWord(score: number): number {
  if (score >= UINT64_END) return 0;
  if (score < -INT64_END) return INT64_END / WORD;
  return Math.floor(Math.trunc(score) / WORD) >>> 0;
}

/** Its low half. */
function lowWord(score: number): number {
  return score >= UINT64_END || score < -INT64_END ? 0 : Math.trunc(score) >>> 0;
}

/** 16 bits each to 32: `x` takes the odd ones. */
function interleave(x: number, y: number): number {
  return ((spread(x) << 1) | spread(y)) >>> 0;
}

/** 16 bits, with a 0 before each. */
function spread(half: number): number {
  let bits = (half | (half << 8)) & 0x00ff00ff;
  bits = (bits | (bits << 4)) & 0x0f0f0f0f;
  bits = (bits | (bits << 2)) & 0x33333333;
  return (bits | (bits << 1)) & 0x55555555;
}

/** The even bits of both halves. */
function joined(high: number, low: number): number {
  return squeeze(high) * 0x10000 + squeeze(low);
}

/** The even bits of 32. */
function squeeze(word: number): number {
  let bits = word & 0x55555555;
  bits = (bits | (bits >>> 1)) & 0x33333333;
  bits = (bits | (bits >>> 2)) & 0x0f0f0f0f;
  bits = (bits | (bits >>> 4)) & 0x00ff00ff;
  return (bits | (bits >>> 8)) & 0xffff;
}
