import { EARTH_RADIUS_KM, type Place } from '../../../services/airports/nearest.ts';

/**
 * Great-circle distance by another formula than the service's: the angle between two vectors, by its tangent, which is
 * exact to rounding for near and for opposite points alike. Kilometres.
 */
export function angleKm(a: Place, b: Place): number {
  const [u, v] = [vector(a), vector(b)];
  const cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]] as const;
  const dot = u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
  return EARTH_RADIUS_KM * Math.atan2(Math.hypot(...cross), dot);
}

function vector({ lat, lon }: Place): readonly [number, number, number] {
  const [phi, lambda] = [(lat * Math.PI) / 180, (lon * Math.PI) / 180];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

/** A seeded generator of numbers in 0 … 1 (a linear congruence modulo 2³¹ - 1): the same disorder every time. */
export function seeded(seed: number): () => number {
  let state = seed % 2_147_483_647 || 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
