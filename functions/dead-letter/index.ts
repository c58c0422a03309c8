import pipeline from '#pipeline';
import { connect } from '../../shared/lambda/connect.ts';
import { USES } from './deps.ts';
import { deadLetter } from './handler.ts';

export const handler = deadLetter(connect(USES, process.env, { pipeline }));
