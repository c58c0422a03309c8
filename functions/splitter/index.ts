import pipeline from '#pipeline';
import { connect } from '../../shared/lambda/connect.ts';
import { USES } from './deps.ts';
import { splitter } from './handler.ts';

export const handler = splitter(connect(USES, process.env, { pipeline }));
