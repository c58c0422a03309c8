import { Server } from 'node:http';
import { startFauxqs } from 'fauxqs';
import { BUCKET } from '../environment.ts';
import { honourMessageGroups } from './fair-queues.ts';
import { LOOPBACK } from './loopback.ts';

/** A server that can be ended. */
export interface UrlServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts SQS, and S3 with its one bucket. @param folder keeps the objects */
export async function startQueuesAndObjects(folder: string): Promise<UrlServer> {
  honourMessageGroups();
  const { port, stop, createBucket } = await onLoopback(() =>
    startFauxqs({ port: 0, logger: false, host: LOOPBACK, s3StorageDir: folder }),
  );
  createBucket(BUCKET);
  return { url: `http://${LOOPBACK}:${port}`, stop };
}

/** fauxqs listens on every interface and has no option for it: whatever starts in `start` gets the loopback one alone. */
async function onLoopback<T>(start: () => Promise<T>): Promise<T> {
  const original = Server.prototype.listen;
  Object.defineProperty(Server.prototype, 'listen', {
    configurable: true,
    writable: true,
    value(this: Server, options: unknown, ...rest: unknown[]) {
      const bound = typeof options === 'object' && options !== null ? { ...options, host: LOOPBACK } : options;
      return Reflect.apply(original, this, [bound, ...rest]);
    },
  });
  try {
    return await start();
  } finally {
    Reflect.deleteProperty(Server.prototype, 'listen');
  }
}
