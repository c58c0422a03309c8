import { streamHandle } from 'hono/aws-lambda';
import pipelines from '#pipelines';
import { callRecords } from '../../shared/lambda/call-records.ts';
import { connectPlatform } from '../../shared/lambda/connect.ts';
import { apiApp } from './app.ts';
import { definitionsOf, USES } from './deps.ts';
import { iamCaller } from './iam.ts';
import { jwtCaller } from './jwt.ts';
import { apiSettings, SETTINGS_VARIABLE } from './settings.ts';

const { rate, jwt } = apiSettings.parse(JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}'));

export const handler: ReturnType<typeof streamHandle> = streamHandle(
  apiApp(connectPlatform(USES, process.env, { calls: callRecords }), {
    definitions: definitionsOf(pipelines),
    identify: jwt ? jwtCaller(jwt) : iamCaller,
    rate,
  }),
);
