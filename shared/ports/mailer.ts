/** Whose mail it is: a bounce names it. */
export interface MailOf {
  readonly pipeline: string;
  readonly run: string;
}

/** Sends a finished MIME message once, without client retries. */
export interface Mailer {
  send(mail: {
    readonly from: string;
    readonly to: readonly string[];
    readonly raw: Uint8Array;
    readonly of?: MailOf;
  }): Promise<SendResult>;
}

/** `refused`: it is not out, as SES said so or couldn't be reached. `ambiguous`: no answer came, it may have gone out. */
export type SendResult =
  | { readonly outcome: 'sent'; readonly messageId: string }
  | { readonly outcome: 'refused'; readonly detail: string }
  | { readonly outcome: 'ambiguous'; readonly detail: string };
