import pipeline from '#pipeline';
import { connect } from '../../shared/lambda/connect.ts';
import { callbacks } from '../../shared/lambda/signed-urls.ts';
import { USES } from './deps.ts';
import { callback } from './handler.ts';

export const handler = callback(connect(USES, process.env, { pipeline, callbacks }));
