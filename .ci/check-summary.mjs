// Reads the one line that `npm start -- --json` prints, and checks what it promises.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

const expected = Number(process.argv[2]);
const lines = (await text(process.stdin)).trimEnd().split('\n');
assert.equal(lines.length, 1, `stdout has ${lines.length} lines; only summary.json was to be there`);
const summary = JSON.parse(lines[0]);
assert.equal(summary.status, 'succeeded');
assert.deepEqual(summary.counts, { total: expected, succeeded: expected, failed: 0, cancelled: 0, expired: 0 });
assert.ok(summary.seconds < 60, `the run took ${summary.seconds} s`);
const rows = readFileSync(summary.paths.report, 'utf8').trimEnd().split('\n');
assert.equal(rows[0], 'id,city,country,population,airport,km,status,reason');
assert.equal(rows.length, expected + 1);
for (const path of Object.values(summary.paths)) assert.ok(readFileSync(path).length > 0, `${path} is empty`);
console.log(`1 run of ${expected} children checked, in ${summary.seconds} s`);
