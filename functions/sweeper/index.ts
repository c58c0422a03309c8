import pipeline from '#pipeline';
import { connect } from '../../shared/lambda/connect.ts';
import { USES } from './deps.ts';
import { sweeper } from './handler.ts';

export const handler = sweeper(connect(USES, process.env, { pipeline }));
