import { createServer } from 'node:net';

/** Whether what `server.address()` gave is a TCP address. */
export function isAddress(value: unknown): value is { readonly port: number } {
  return typeof value === 'object' && value !== null && 'port' in value && typeof value.port === 'number';
}

/** A port nobody listens on just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (isAddress(address) ? resolve(address.port) : reject(new Error('No port is free.'))));
    });
  });
}
