import { describe, expect, test } from 'vitest';
import type { Mailer } from '../../shared/ports/mailer.ts';

/** Makes a mailer that refuses mails without recipients, and a way to see what it sent. */
export type MakeMailer = () => Promise<{
  readonly mailer: Mailer;
  sent(): Promise<{ readonly to: readonly string[]; readonly raw: Uint8Array }[]>;
  dispose(): Promise<void>;
}>;

/** The contract of {@link Mailer} where all goes well. */
export function describeMailer(name: string, make: MakeMailer): void {
  describe(`${name}: mailer`, () => {
    test('sends the message once, byte by byte, to all recipients', async () => {
      const { mailer, sent, dispose } = await make();
      const raw = new TextEncoder().encode('Subject: =?utf-8?Q?Gr=C3=B6=C3=9Fe?=\r\n\r\nÄ 東京\r\n');
      const result = await mailer.send({ from: 'report@example.com', to: ['a@example.com', 'b@example.com'], raw });
      expect(result).toEqual({ outcome: 'sent', messageId: expect.stringMatching(/./) });
      expect(await sent()).toEqual([expect.objectContaining({ to: ['a@example.com', 'b@example.com'], raw })]);
      await dispose();
    });

    test('says when a mail was refused; nothing went out', async () => {
      const { mailer, sent, dispose } = await make();
      const result = await mailer.send({ from: 'report@example.com', to: [], raw: new TextEncoder().encode('x') });
      expect(result).toEqual({ outcome: 'refused', detail: expect.stringMatching(/./) });
      expect(await sent()).toEqual([]);
      await dispose();
    });
  });
}
