/** Parts of fauxqs that it doesn't export: EMULATORS (../emulators.ts) says where they are. */
declare module 'fauxqs-sqs-store' {
  export interface QueuedMessage {
    readonly messageId: string;
    messageGroupId?: string | undefined;
  }

  export class SqsQueue {
    readonly messages: QueuedMessage[];
    readonly delayedMessages: QueuedMessage[];
    readonly inflightMessages: ReadonlyMap<string, { readonly message: QueuedMessage }>;
    isFifo(): boolean;
    dequeue(most: number, ...rest: readonly unknown[]): unknown[];
  }

  export class SqsStore {
    getQueue(url: string): SqsQueue | undefined;
  }
}

declare module 'fauxqs-sqs-router' {
  import type { SqsStore } from 'fauxqs-sqs-store';

  export type Handler = (body: unknown, store: SqsStore, request: unknown) => unknown;

  export class SqsRouter {
    register(action: string, handler: Handler): void;
  }
}
