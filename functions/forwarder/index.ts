import pipeline from '#pipeline';
import { connect } from '../../shared/lambda/connect.ts';
import { endpoint } from '../../shared/lambda/endpoint.ts';
import { callbacks } from '../../shared/lambda/signed-urls.ts';
import { USES } from './deps.ts';
import { forwarder } from './handler.ts';

export const handler = forwarder(connect(USES, process.env, { pipeline, endpoint, callbacks }));
