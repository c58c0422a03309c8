import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Resources } from '../../shared/lambda/resources.ts';
import type { Engine } from '../engine.ts';
import type { FunctionOptions } from '../function-options.ts';

/** What a platform's functions are made with: the platform itself stands above them. */
export interface PlatformParts {
  readonly stage: string;
  readonly table: TableV2;
  readonly bucket: Bucket;
  readonly bus: EventBus;
  readonly alarms: Topic;
  /** Name of the SES identity that sends; undefined: mail is off. */
  readonly mailIdentity: string | undefined;
  /** What any function knows of it. */
  readonly resources: Resources;
  readonly options: FunctionOptions;
  readonly engine: Engine;
}
