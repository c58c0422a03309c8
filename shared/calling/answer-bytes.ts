import { ANSWER_BYTES } from '../domain/capacity.ts';
import type { AnswerRoom } from '../ports/caller.ts';

/** An answer's room, which its child gives back once it needs the answer no more. */
export interface OpenRoom extends AnswerRoom {
  /** Repeating it changes nothing. */
  leave(): void;
}

interface Waiting {
  readonly bytes: number;
  /** False where its call has ended meanwhile: it takes nothing. */
  grant(): boolean;
}

/**
 * Bytes of large answers that one forwarder holds at once. The lanes say how many calls are open; this says how many of their answers are
 * read at the same time. An answer asks for all it may come to before it is read on, so none waits for another that waits too.
 */
export class AnswerBytes {
  readonly #most: number;
  readonly #waiting: Waiting[] = [];
  #free: number;

  constructor(most = ANSWER_BYTES) {
    this.#most = most;
    this.#free = most;
  }

  /** A call, with the room of its answer. */
  async within<T>(call: (room: AnswerRoom) => Promise<T>): Promise<T> {
    const room = this.open();
    try {
      return await call(room);
    } finally {
      room.leave();
    }
  }

  /** The room of one call's answer. */
  open(): OpenRoom {
    let held = 0;
    let isOpen = true;
    return {
      take: (asked) => {
        const bytes = Math.min(asked, this.#most);
        if (this.#waiting.length === 0 && bytes <= this.#free) {
          this.#free -= bytes;
          held += bytes;
          return null;
        }
        return new Promise((resolve) => {
          const grant = () => {
            if (!isOpen) return false;
            held += bytes;
            resolve();
            return true;
          };
          this.#waiting.push({ bytes, grant });
        });
      },
      leave: () => {
        isOpen = false;
        this.#free += held;
        held = 0;
        this.#admit();
      },
    };
  }

  #admit(): void {
    for (let first = this.#waiting[0]; first && first.bytes <= this.#free; first = this.#waiting[0]) {
      this.#waiting.shift();
      if (first.grant()) this.#free -= first.bytes;
    }
  }
}
