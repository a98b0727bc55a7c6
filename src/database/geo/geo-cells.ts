/**
 * Which cells of the geohash grid a search has to look into: the one with the centre and its eight neighbours, all so
 * large that together they cover the shape. Their order is Redis's, because what is not sorted is answered in it.
 */
import {
  areaOf,
  type Cell,
  type CellArea,
  cellAt,
  neighborOf,
  STEP_MAX,
  scoresOfCell,
} from "../../bytes/geohash.ts";
import type { ScoreRange } from "../zsets/zset-bounds.ts";
import { boundsOf, type GeoShape, outerRadius } from "./geo-shape.ts";

/** Half the circumference of the map's sphere at the equator, in metres. */
const MAP_RADIUS = 20037726.37;
/** Beyond these degrees a cell is so narrow that larger ones are needed. */
const NARROW_LATITUDES = [66, 80];

/** East and north of each cell, from the one with the centre. */
const AROUND = [
  [0, 0],
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
] as const;

/** The scores of the cells that cover the shape, each cell once; at most nine ranges. */
export function scoresAround(shape: GeoShape): ScoreRange[] {
  const bounds = boundsOf(shape);
  const center = centerCell(shape, bounds);
  const area = areaOf(center);
  const isNeeded = ([east, north]: (typeof AROUND)[number]): boolean =>
    !(
      (north < 0 && area.south < bounds.south) ||
      (north > 0 && area.north > bounds.north) ||
      (east < 0 && area.west < bounds.west) ||
      (east > 0 && area.east > bounds.east)
    );
  // Of four cells none can be left out: what is north of one is south of it as well.
  const around = center.step > 1 ? AROUND.filter(isNeeded) : AROUND;
  const cells = around.map(([east, north]) => neighborOf(center, east, north));
  return cells.filter((cell, at) => cells.findIndex(isSame(cell)) === at).map(scoreRange);
}

function isSame(cell: Cell): (other: Cell) => boolean {
  return ({ x, y }) => x === cell.x && y === cell.y;
}

function scoreRange(cell: Cell): ScoreRange {
  const { min, maxExclusive } = scoresOfCell(cell);
  return { by: "score", min, minExclusive: false, max: maxExclusive, maxExclusive: true };
}

/** The cell with the centre, of a size at which it and its neighbours cover the shape. */
function centerCell(shape: GeoShape, bounds: CellArea): Cell {
  const { center } = shape;
  const step = stepFor(outerRadius(shape), center.latitude);
  const cell = cellAt(center, step);
  const beside = (east: number, north: number) => areaOf(neighborOf(cell, east, north));
  const isTooSmall =
    beside(0, 1).north < bounds.north ||
    beside(0, -1).south > bounds.south ||
    beside(1, 0).east < bounds.east ||
    beside(-1, 0).west > bounds.west;
  return step > 1 && isTooSmall ? cellAt(center, step - 1) : cell;
}

/** A step at which a cell is about as large as the radius. @param radius in metres */
function stepFor(radius: number, latitude: number): number {
  if (radius === 0) return STEP_MAX;
  let step = -1;
  for (let reach = radius; reach < MAP_RADIUS; reach *= 2) step++;
  for (const limit of NARROW_LATITUDES) if (Math.abs(latitude) > limit) step--;
  return Math.max(1, Math.min(STEP_MAX, step));
}
