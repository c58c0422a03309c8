import type { Mailer, SendResult } from '../shared/ports/mailer.ts';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: Uint8Array;
}

/** Keeps mails instead of sending them. */
export class MemoryMailer implements Mailer {
  /** Mails that went out: those it answered `sent` or `ambiguous` for. */
  readonly sent: Mail[] = [];
  readonly #answer: (mail: Mail, number: number) => SendResult;
  #calls = 0;

  /** @param answer what the n-th call (1 …) comes to; by default a mail with recipients is sent */
  constructor(answer: (mail: Mail, number: number) => SendResult = accept) {
    this.#answer = answer;
  }

  async send({ from, to, raw }: Mail): Promise<SendResult> {
    const mail = { from, to: [...to], raw: Uint8Array.from(raw) };
    this.#calls += 1;
    const result = this.#answer(mail, this.#calls);
    if (result.outcome !== 'refused') this.sent.push(mail);
    return result;
  }
}

function accept({ to }: Mail, number: number): SendResult {
  return to.length > 0
    ? { outcome: 'sent', messageId: `mail-${number}` }
    : { outcome: 'refused', detail: 'A mail to nobody; allowed are 1 to 50 recipients.' };
}
