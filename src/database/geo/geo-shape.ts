/**
 * Distances on the earth, taken for a sphere, and the areas that geo searches look into. To the last bit as Redis
 * calculates them.
 */
import type { CellArea, Position } from "../../bytes/geohash.ts";

/** In metres. */
const EARTH_RADIUS = 6372797.560856;
const RADIAN = Math.PI / 180;
/** More than rounding can make of a distance and a part of it. */
const ROUNDING = 1 + 1e-9;

/** A circle, or a box whose sides go north and east, around a position. */
export interface GeoShape {
  readonly center: Position;
  /** What the lengths are in: metres of one unit. */
  readonly unit: number;
  /** From 0, `Infinity` included. */
  readonly extent:
    | { readonly radius: number }
    | { readonly width: number; readonly height: number };
}

/** In metres, along a great circle. */
export function distanceBetween(a: Position, b: Position): number {
  const v = Math.sin((b.longitude * RADIAN - a.longitude * RADIAN) / 2);
  if (v === 0) return distanceNorth(a.latitude, b.latitude);
  const south = a.latitude * RADIAN;
  const north = b.latitude * RADIAN;
  const u = Math.sin((north - south) / 2);
  const square = u * u + Math.cos(south) * Math.cos(north) * v * v;
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(square));
}

/** In metres, along a meridian. */
function distanceNorth(a: number, b: number): number {
  return EARTH_RADIUS * Math.abs(b * RADIAN - a * RADIAN);
}

/** How far a position is from the centre, in metres; null: it is outside. */
export function distanceWithin({ center, unit, extent }: GeoShape, at: Position): number | null {
  if ("radius" in extent) {
    // Most members are too far north or south already, which takes no trigonometry to see.
    if (distanceNorth(at.latitude, center.latitude) > extent.radius * unit * ROUNDING) return null;
    const distance = distanceBetween(center, at);
    return distance > extent.radius * unit ? null : distance;
  }
  const { longitude, latitude } = center;
  if (distanceNorth(at.latitude, latitude) > (extent.height * unit) / 2) return null;
  const east = distanceBetween(at, { longitude, latitude: at.latitude });
  return east > (extent.width * unit) / 2 ? null : distanceBetween(center, at);
}

/** A circle around the shape, its radius in metres. */
export function outerRadius({ unit, extent }: GeoShape): number {
  if ("radius" in extent) return extent.radius * unit;
  const [x, y] = [extent.width / 2, extent.height / 2];
  return Math.sqrt(x * x + y * y) * unit;
}

/** Edges around the shape, in degrees; beyond the poles and ±180° they go on. */
export function boundsOf({ center, unit, extent }: GeoShape): CellArea {
  const { longitude, latitude } = center;
  const isCircle = "radius" in extent;
  const north = ((isCircle ? extent.radius : extent.height / 2) * unit) / EARTH_RADIUS / RADIAN;
  const east = ((isCircle ? extent.radius : extent.width / 2) * unit) / EARTH_RADIUS;
  // A degree of longitude is shortest on the side that is nearer to a pole.
  const edge = latitude < 0 ? latitude - north : latitude + north;
  const side = east / Math.cos(edge * RADIAN) / RADIAN;
  return {
    west: longitude - side,
    south: latitude - north,
    east: longitude + side,
    north: latitude + north,
  };
}
