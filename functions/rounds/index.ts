import pipeline from '#pipeline';
import { callRecords } from '../../shared/lambda/call-records.ts';
import { connect } from '../../shared/lambda/connect.ts';
import { USES } from './deps.ts';
import { rounds } from './handler.ts';

export const handler = rounds(connect(USES, process.env, { pipeline, calls: callRecords }));
