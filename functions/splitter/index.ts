import pipeline from '#pipeline';
import { readConfig } from '../../shared/lambda/config.ts';
import { wire } from '../../shared/lambda/connect.ts';
import { splitter } from './handler.ts';

export const handler = splitter(wire(pipeline, readConfig(process.env)));
