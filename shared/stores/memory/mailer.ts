import type { Mailer, SendResult } from '../../ports/mailer.ts';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: Uint8Array;
}

/** Keeps mails instead of sending them. */
export class MemoryMailer implements Mailer {
  /** Every mail it was given, whatever it answered. */
  readonly mails: Mail[] = [];
  readonly #answer: (mail: Mail, number: number) => SendResult;

  /** @param answer what the n-th send (1 …) comes to; by default each is sent */
  constructor(answer: (mail: Mail, number: number) => SendResult = sent) {
    this.#answer = answer;
  }

  async send({ from, to, raw }: Mail): Promise<SendResult> {
    const mail = { from, to: [...to], raw: Uint8Array.from(raw) };
    this.mails.push(mail);
    return this.#answer(mail, this.mails.length);
  }
}

function sent(_mail: Mail, number: number): SendResult {
  return { outcome: 'sent', messageId: `mail-${number}` };
}
