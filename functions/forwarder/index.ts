import pipeline from '#pipeline';
import { readConfig } from '../../shared/lambda/config.ts';
import { forwarder } from './handler.ts';
import { wireForwarder } from './wire.ts';

export const handler = forwarder(wireForwarder(pipeline, readConfig(process.env)));
