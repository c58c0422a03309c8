/** Until when a forwarder's own writes shut its endpoint: those that are under way, and those that failed. It keeps to them whatever it reads. */
export class OwnShuts {
  readonly #until = new Set<number>();

  /** Epoch milliseconds; past where none holds. */
  get latest(): number {
    return this.#until.size === 0 ? 0 : Math.max(...this.#until);
  }

  /** A write is sent. */
  add(until: number, now: number): void {
    for (const past of this.#until) if (past <= now) this.#until.delete(past);
    if (until > now) this.#until.add(until);
  }

  /** What became of it has been read. */
  delete(until: number): void {
    this.#until.delete(until);
  }
}
