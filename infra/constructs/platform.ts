import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  type Attribute,
  AttributeType,
  Billing,
  ProjectionType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { BlockPublicAccess, Bucket, BucketEncryption, type LifecycleRule, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { TTL_ATTRIBUTE, tableDefinition } from '../../shared/adapters/dynamodb/table.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { acknowledge } from '../acknowledged.ts';
import { InfraError } from '../errors.ts';
import type { StageSettings } from '../settings.ts';

export interface PlatformProps {
  readonly settings: StageSettings;
  readonly pipelines: readonly Pipeline[];
}

/** What all pipelines of a stage share: records, objects, events, alarms and the mail's sender. */
export class Platform extends Construct {
  readonly table: TableV2;
  readonly bucket: Bucket;
  readonly bus: EventBus;
  readonly alarms: Topic;
  /** Name of the SES identity that sends; undefined: mail is off. */
  readonly mailIdentity: string | undefined;
  /** What any function knows of it. */
  readonly resources;

  constructor(scope: Construct, id: string, { settings, pipelines }: PlatformProps) {
    super(scope, id);
    const { removal } = settings;
    this.table = new TableV2(this, 'Table', {
      ...keys(tableDefinition.KeySchema),
      globalSecondaryIndexes: tableDefinition.GlobalSecondaryIndexes.map((index) => ({
        indexName: index.IndexName,
        ...keys(index.KeySchema),
        projectionType: ProjectionType[index.Projection.ProjectionType],
      })),
      timeToLiveAttribute: TTL_ATTRIBUTE,
      billing: Billing.onDemand(),
      // Encrypted by a key DynamoDB owns: a key of ours would bill a KMS request beside most of the cheap reads.
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: settings.pointInTimeRecovery },
      deletionProtection: removal === RemovalPolicy.RETAIN,
      removalPolicy: removal,
    });
    this.bucket = new Bucket(this, 'Objects', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: lifecycle(pipelines, settings.orphanedObjectDays),
      removalPolicy: removal,
      autoDeleteObjects: removal === RemovalPolicy.DESTROY,
    });
    acknowledge(
      this.bucket,
      'AwsSolutions-S1',
      'Only this app and people with IAM access read it; CloudTrail data events record that where an account wants it.',
    );
    this.bus = new EventBus(this, 'Events', {
      description: `microprocess ${settings.stage}: what runs tell the world`,
    });
    this.alarms = new Topic(this, 'Alarms', { displayName: `microprocess ${settings.stage} alarms`, enforceSSL: true });
    if (settings.alarmEmail) this.alarms.addSubscription(new EmailSubscription(settings.alarmEmail));
    if (settings.mail) {
      const { from, identity } = settings.mail;
      // An identity that exists can't be made again; a new one sends once its owner follows the link SES mails.
      if (!identity) new EmailIdentity(this, 'Sender', { identity: Identity.email(from) });
      this.mailIdentity = identity ?? from;
    }
    this.resources = {
      table: this.table.tableName,
      objects: this.bucket.bucketName,
      mail: settings.mail?.from ?? '',
      events: this.bus.eventBusName,
    };
  }
}

/** A key schema as the CDK wants it; its attributes' types are the definition's. */
function keys([partition, sort]: readonly [Key, Key]): { partitionKey: Attribute; sortKey: Attribute } {
  return { partitionKey: attribute(partition), sortKey: attribute(sort) };
}

type Key = (typeof tableDefinition)['AttributeDefinitions'][number] extends { AttributeName: infer N }
  ? { AttributeName: N }
  : never;

function attribute({ AttributeName: name }: Key): Attribute {
  const type = tableDefinition.AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
  if (type !== 'S') throw new InfraError(`Key ${name} of the table must be a string (S), received ${type}.`);
  return { name, type: AttributeType.STRING };
}

/** Objects outlive a run's deadline by what its pipeline promises; those of removed pipelines go by the stage's rule. */
function lifecycle(pipelines: readonly Pipeline[], orphanedDays: number): LifecycleRule[] {
  const days = (pipeline: Pipeline): number => Math.ceil(pipeline.deadlineHours / 24) + pipeline.retentionDays;
  const expire = (prefix: string, after: number): LifecycleRule => ({ prefix, expiration: Duration.days(after) });
  return [
    // What a writer that died had uploaded; it is billed, and no list shows it.
    { id: 'abort-uploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
    ...pipelines.map((pipeline) => expire(`runs/${pipeline.name}/`, days(pipeline))),
    // Where rules meet, S3 takes the shortest: this one must not undercut any pipeline's.
    expire('runs/', Math.max(orphanedDays, ...pipelines.map(days))),
  ];
}
