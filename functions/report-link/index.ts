import pipeline from '#pipeline';
import { connect } from '../../shared/lambda/connect.ts';
import { reportLinks } from '../../shared/lambda/signed-urls.ts';
import { USES } from './deps.ts';
import { reportLink } from './handler.ts';

export const handler = reportLink(connect(USES, process.env, { pipeline, reportLinks }));
