import { gunzipSync, gzipSync } from 'node:zlib';
import type { MailFile } from '../../shared/report/email.ts';

/** A CSV up to this size is attached as it is: nobody has to unpack it. */
const PLAIN_BYTES = 1_048_576;

/** By it a spreadsheet knows UTF-8. */
export const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** report.csv as a mail carries it. @param gzip its compressed text, without a mark */
export function attachmentOf(name: string, gzip: Buffer, isMarked = true): MailFile {
  const mark = isMarked ? BYTE_ORDER_MARK : Buffer.alloc(0);
  const text = unpacked(gzip);
  return text === null
    ? {
        name: `${name}.csv.gz`,
        contentType: 'application/gzip',
        content: Buffer.concat([gzipSync(mark), gzip]),
      }
    : { name: `${name}.csv`, contentType: 'text/csv; charset=utf-8', content: Buffer.concat([mark, text]) };
}

/** Null where it is too large to be attached unpacked. */
function unpacked(gzip: Buffer): Buffer | null {
  if (gzip.length > PLAIN_BYTES) return null;
  try {
    return gunzipSync(gzip, { maxOutputLength: PLAIN_BYTES });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
