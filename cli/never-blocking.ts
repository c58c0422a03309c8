/**
 * Lets a terminal that takes nothing, stopped by Ctrl-S or behind a connection that stalls, cost no more than what it is shown. Node
 * writes to a terminal as to a file, so that one would stop the whole process, with the work and the signals; it has no public way to
 * say otherwise. Said before each write: a program that is started with the same terminal, as esbuild is, makes it block again.
 */
export function neverBlocking(stream: NodeJS.WriteStream): void {
  const handle: unknown = Reflect.get(stream, '_handle');
  if (!stream.isTTY || typeof handle !== 'object' || handle === null || !('setBlocking' in handle)) return;
  const { setBlocking } = handle;
  if (typeof setBlocking !== 'function') return;
  const { _write, _writev } = stream;
  stream._write = (chunk, encoding, done) => {
    setBlocking.call(handle, false);
    _write.call(stream, chunk, encoding, done);
  };
  if (!_writev) return;
  stream._writev = (chunks, done) => {
    setBlocking.call(handle, false);
    _writev.call(stream, chunks, done);
  };
}
