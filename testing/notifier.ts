import type { Channel } from '../shared/author/channels.ts';
import type { Notice, Notifier, Told } from '../shared/ports/notifier.ts';

/** Keeps what channels are told. */
export class MemoryNotifier implements Notifier {
  readonly told: { readonly channel: Channel; readonly notice: Notice }[] = [];

  async tell(channel: Channel, notice: Notice): Promise<Told> {
    this.told.push({ channel, notice });
    return { outcome: 'told', detail: 'HTTP 200' };
  }
}
