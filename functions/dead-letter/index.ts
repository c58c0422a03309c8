import pipeline from '#pipeline';
import { readConfig } from '../../shared/lambda/config.ts';
import { wire } from '../../shared/lambda/connect.ts';
import { deadLetter } from './handler.ts';

export const handler = deadLetter(wire(pipeline, readConfig(process.env)));
