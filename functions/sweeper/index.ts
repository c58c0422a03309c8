import pipeline from '#pipeline';
import { readConfig } from '../../shared/lambda/config.ts';
import { wire } from '../../shared/lambda/connect.ts';
import { sweeper } from './handler.ts';

export const handler = sweeper(wire(pipeline, readConfig(process.env)));
