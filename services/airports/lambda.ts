import { handle } from 'hono/aws-lambda';
import { AIRPORTS } from './airports.ts';
import { createApp } from './app.ts';
import { nearestAirport } from './nearest.ts';

/** The same app behind a Lambda Function URL; live service and queue-dedicated clone deploy this one bundle. */
export const handler = handle(createApp(nearestAirport(AIRPORTS)));
