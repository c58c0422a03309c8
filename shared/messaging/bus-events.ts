import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Events } from '../ports/events.ts';

/** Publishes on the platform's event bus; without one, nowhere. */
export function busEvents(options: { region: string; bus: string }): Events {
  if (options.bus === '') return { runEnded: async () => undefined };
  const client = new EventBridgeClient({ region: options.region });
  return {
    async runEnded(event) {
      const { FailedEntryCount, Entries } = await client.send(
        new PutEventsCommand({
          Entries: [
            {
              EventBusName: options.bus,
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
