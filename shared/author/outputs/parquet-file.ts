import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { ParquetWriter } from 'hyparquet-writer/src/parquet-writer.js';
import { OutputError } from '../../domain/errors.ts';
import type { Row } from '../../domain/row.ts';
import { synchronous } from '../../domain/synchronous.ts';
import type { OutputFile } from '../output.ts';
import { type ParquetType, parquetValue, type ReadColumn, TAKES } from './parquet-types.ts';
import { received } from './received.ts';

type SchemaElement = ParquetWriter['schema'][number];

const PHYSICAL = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  double: { type: 'DOUBLE' },
  integer: { type: 'INT64' },
  boolean: { type: 'BOOLEAN' },
  timestamp: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  // As text: Athena has no type of its own for it.
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
} as const satisfies Record<ParquetType, Omit<SchemaElement, 'name'>>;

/** A Parquet file in the making: whenever what it holds is taken, that is a row group. */
export function parquetFile<I, R>(columns: readonly ReadColumn<I, R>[]): OutputFile<I, R> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    createdBy: 'microprocess',
    schema: [
      { name: 'root', num_children: columns.length },
      ...columns.map(({ name, type }) => ({ name, repetition_type: 'OPTIONAL' as const, ...PHYSICAL[type] })),
    ],
  });
  let held: unknown[][] = columns.map(() => []);
  let heldBytes = 0;
  const written = (): Uint8Array => {
    const taken = bytes.getBytes().slice();
    // The place in the file stays: only the buffer is emptied.
    bytes.index = 0;
    return taken;
  };
  const take = (): Uint8Array => {
    const rows = held[0]?.length ?? 0;
    const columnData = columns.map(({ name }, i) => ({ name, data: held[i] ?? [] }));
    if (rows > 0) writer.write({ columnData, rowGroupSize: rows });
    held = columns.map(() => []);
    heldBytes = 0;
    return written();
  };
  return {
    add(row) {
      const values = columns.map((column) => fitting(column, row));
      for (const [i, value] of values.entries()) {
        held[i]?.push(value);
        heldBytes += typeof value === 'string' ? value.length + 8 : 8;
      }
    },
    get held() {
      return heldBytes;
    },
    take,
    end() {
      const rest = take();
      writer.finish();
      const footer = written();
      const all = new Uint8Array(rest.length + footer.length);
      all.set(rest);
      all.set(footer, rest.length);
      return all;
    },
  };
}

/** @throws {OutputError} where it isn't of its column's type: a column of a table has one */
function fitting<I, R>({ name, type, of }: ReadColumn<I, R>, row: Row<I, R>): unknown {
  const value = synchronous('of', of(row));
  if (value === undefined || value === null) return null;
  const fits = parquetValue(type, value);
  if (fits !== undefined) return fits;
  throw new OutputError(
    `child ${row.id} has ${received(value)} in column ${JSON.stringify(name)}, which is of type ${type}: ${TAKES[type]}`,
  );
}
