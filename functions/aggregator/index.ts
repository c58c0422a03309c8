import pipeline from '#pipeline';
import { channels } from '../../shared/lambda/channels.ts';
import { connect } from '../../shared/lambda/connect.ts';
import { events } from '../../shared/lambda/events.ts';
import { mail } from '../../shared/lambda/mail.ts';
import { reportLinks } from '../../shared/lambda/signed-urls.ts';
import { filesInAccount } from '../../shared/lambda/source-files.ts';
import { USES } from './deps.ts';
import { aggregator } from './handler.ts';

// What outputs include.
const files = filesInAccount({ folder: import.meta.dirname });

export const handler = aggregator(connect(USES, process.env, { pipeline, mail, reportLinks, channels, events, files }));
