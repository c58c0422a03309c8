import pipeline from '#pipeline';
import { callRecords } from '../../shared/lambda/call-records.ts';
import { connect } from '../../shared/lambda/connect.ts';
import { endpoint } from '../../shared/lambda/endpoint.ts';
import { USES } from './deps.ts';
import { callerOfTasks } from './handler.ts';

export const handler = callerOfTasks(connect(USES, process.env, { pipeline, calls: callRecords, endpoint }));
