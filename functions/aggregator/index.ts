import pipeline from '#pipeline';
import { readConfig } from '../../shared/lambda/config.ts';
import { aggregator } from './handler.ts';
import { wireAggregator } from './wire.ts';

export const handler = aggregator(wireAggregator(pipeline, readConfig(process.env)));
