import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { loadCities } from '../../../pipelines/airport-access/cities.ts';
import { AIRPORTS } from '../../../services/airports/airports.ts';
import { PACKAGE_DIR } from '../../../shared/project/project.mjs';
import { angleKm, seeded } from '../../services/airports/sphere.ts';

const LIMIT = 400;
const summary = z.object({ status: z.string(), paths: z.object({ report: z.string() }) });
const rowsOf = z.array(
  z.object({
    city: z.string(),
    country: z.string(),
    population: z.coerce.number(),
    airport: z.string(),
    km: z.coerce.number(),
  }),
);

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'airport-access-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

test('a run reports every city in input order, each with its nearest airport', { timeout: 90_000 }, async () => {
  const { MICROPROCESS_PIPELINE: _, MICROPROCESS_STAGE: __, ...env } = process.env;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(PACKAGE_DIR, 'cli', 'bin.mjs'), 'run', 'airport-access', '--limit', String(LIMIT), '--json'],
    { cwd: PACKAGE_DIR, env: { ...env, MICROPROCESS_HOME: home } },
  );
  const { status, paths } = summary.parse(JSON.parse(stdout));
  expect(status).toBe('succeeded');
  const rows = rowsOf.parse(parse(await readFile(paths.report, 'utf8'), { columns: true, bom: true }));
  const cities = (await loadCities()).slice(0, LIMIT);
  expect(rows.map(({ city, country, population }) => [city, country, population])).toEqual(
    cities.map(({ city, country, population }) => [city, country, population]),
  );
  const random = seeded(7);
  for (let i = 0; i < 200; i++) {
    const at = Math.floor(random() * LIMIT);
    const [row, city] = [rows[at], cities[at]];
    if (!row || !city) throw new Error(`No row ${at}.`);
    // By force: the distance to each of 7,184, by another formula.
    const distances = AIRPORTS.map((airport) => ({ code: airport.code, km: angleKm(city, airport) }));
    const nearest = Math.min(...distances.map(({ km }) => km));
    expect(Math.abs(row.km - nearest), row.city).toBeLessThanOrEqual(0.0501);
    expect(distances.filter(({ km }) => km - nearest < 1e-6).map(({ code }) => code)).toContain(row.airport);
  }
});
