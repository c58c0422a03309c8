import { tracingChannel } from 'node:diagnostics_channel';
import { promisify } from 'node:util';
import { createGunzip, type Gunzip, gzip } from 'node:zlib';

/**
 * Where the functions below tell of their work, which other threads do. A simulation stands still for it: how long a thread takes must not
 * change a replay.
 */
export const COMPRESSIONS = 'microprocess:compress';

const told = tracingChannel(COMPRESSIONS);
const gzipped = promisify<string | Uint8Array, Buffer>(gzip);

/** As gzip. Beside this thread: the calls of other invocations, and of a pipeline on a laptop, go on meanwhile. */
export function compress(data: string | Uint8Array): Promise<Buffer> {
  return told.tracePromise(() => gzipped(data));
}

/** Unpacks gzip; also members one behind the other. @param chunkSize bytes that it hands on at a time */
export function decompression(chunkSize: number): Gunzip {
  const stream = createGunzip({ chunkSize });
  const transform = stream._transform.bind(stream);
  stream._transform = (chunk, encoding, done) => {
    const work = {};
    let isUnderWay = true;
    const end = () => {
      if (isUnderWay) told.asyncEnd.publish(work);
      isUnderWay = false;
    };
    told.start.publish(work);
    // Where the stream is destroyed it may never say that it is done.
    stream.once('close', end);
    transform(chunk, encoding, (error, data) => {
      stream.off('close', end);
      end();
      done(error, data);
    });
  };
  return stream;
}
