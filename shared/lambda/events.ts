import { busEvents } from '../adapters/events/bus-events.ts';
import type { PortMakers } from './connect.ts';

/** Publishes on the platform's bus. */
export const events: PortMakers['events'] = ({ region, read }) => busEvents({ region, bus: read('events') });
