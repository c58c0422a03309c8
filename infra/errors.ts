/** Something the user has to change before the app can be synthesised; the message says what. */
export class InfraError extends Error {
  override readonly name = 'InfraError';
}
