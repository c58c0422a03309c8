import pipeline from '#pipeline';
import { callbacks } from '../../shared/lambda/callbacks.ts';
import { connect } from '../../shared/lambda/connect.ts';
import { USES } from './deps.ts';
import { callback } from './handler.ts';

export const handler = callback(connect(USES, process.env, { pipeline, callbacks }));
