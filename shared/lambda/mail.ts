import { sesMailer } from '../adapters/ses/ses-mailer.ts';
import type { PortMakers } from './connect.ts';

/** Sends by SES. */
export const mail: PortMakers['mail'] = ({ region, read }) => sesMailer({ region, set: read('mailSet') });
