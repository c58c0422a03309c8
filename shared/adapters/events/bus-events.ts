import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Events } from '../../ports/events.ts';
import { triesOf } from '../tries.ts';

const TRY_MS = 5_000;

/** Publishes on the platform's event bus; without one, nowhere. */
export function busEvents({ region, bus, tryMs = TRY_MS }: { region: string; bus: string; tryMs?: number }): Events {
  if (bus === '') return { runEnded: async () => undefined };
  const client = new EventBridgeClient({ region, requestHandler: triesOf(tryMs) });
  return {
    async runEnded(event) {
      const { FailedEntryCount, Entries } = await client.send(
        new PutEventsCommand({
          Entries: [
            {
              EventBusName: bus,
              Source: 'microprocess',
              DetailType: 'Run Ended',
              Detail: JSON.stringify({ version: 1, ...event }),
            },
          ],
        }),
      );
      if (FailedEntryCount) throw new Error(`The event bus refused the event: ${Entries?.[0]?.ErrorCode}`);
    },
  };
}
