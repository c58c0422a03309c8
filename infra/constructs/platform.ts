import { Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  type Attribute,
  AttributeType,
  Billing,
  ProjectionType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { TTL_ATTRIBUTE, tableDefinition } from '../../shared/adapters/dynamodb/table.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { senderIdentities } from '../../shared/domain/sender.ts';
import { STAGE } from '../../shared/project/deployment.ts';
import { acknowledge } from '../acknowledged.ts';
import { ADDRESS, check, checkKnown, matching, REACHABLE, type Rule, refuse, wholeNumber } from '../check.ts';
import { ENGINE, type Engine } from '../engine.ts';
import { InfraError } from '../errors.ts';
import { type FunctionOptions, govern, KEPT, OPTION_RULES, optionsOf } from '../function-options.ts';
import { checkProperties, flag, having, type PropertyRules } from '../properties.ts';
import { bouncesSet } from './bounces.ts';
import { PlatformFunctions } from './platform-functions.ts';
import type { PlatformParts } from './platform-parts.ts';

/** Who sends the mails. */
export interface MailOptions {
  /** The sender's address. */
  readonly from: string;
  /** An address or domain that is already verified in SES. Default: `from` becomes an identity, once its owner follows SES's link. */
  readonly identity?: string;
  /**
   * A configuration set of your own that mails are sent with. Default: one is made, which tells the default event bus of bounces. With your own, bounces are recorded
   * where it has an EventBridge destination for them.
   */
  readonly configurationSet?: string;
}

export interface PlatformProps extends FunctionOptions {
  /** What the command line finds it by, as in `--stage dev`; of one account and region. */
  readonly stage: string;
  /** Default: mail is off. */
  readonly mail?: MailOptions;
  /** Gets every alarm, after confirming SNS's mail. Default: nobody; subscribe to `alarms`. */
  readonly alarmEmail?: string;
  /** Whether the table can be put back to any second of the last 35 days. Default: where it is kept. */
  readonly pointInTimeRecovery?: boolean;
  /**
   * Whether nobody can delete the table, by whatever right. Default: no, as it stands in the way of taking a failed first deployment back.
   * Switch it on by the second one.
   */
  readonly deletionProtection?: boolean;
  /** A KMS key that encrypts the bucket; functions and people's policies may use it through S3 alone. Default: a key of S3's. */
  readonly objectsKey?: IKey;
  /** Days that objects of pipelines are kept that are gone from the code; a pipeline's own are kept as it says. Default: 400. */
  readonly orphanedObjectDays?: number;
}

/**
 * What all pipelines of a stage share: records, objects, events, alarms and the mail's sender. One in a stage; its pipelines and clones
 * inherit its {@link FunctionOptions}.
 *
 * @example
 * const platform = new Platform(this, 'Jobs', { stage: 'prod', vpc, mail: { from: 'reports@your-company.com' } });
 * platform.alarms.addSubscription(new UrlSubscription('https://pager.example.com'));
 */
export class Platform extends Construct implements PlatformParts {
  readonly stage: string;
  readonly table: TableV2;
  readonly bucket: Bucket;
  readonly bus: EventBus;
  readonly alarms: Topic;
  /** Name of the SES identity that sends; undefined: mail is off. */
  readonly mailIdentity: string | undefined;
  /** What any function knows of it. */
  readonly resources;
  /** What its pipelines and clones inherit. */
  readonly options: FunctionOptions;
  /** What its pipelines are made of. */
  readonly engine: Engine;
  readonly #keptDays = new Map<string, number>();
  #callbackKey: Secret | undefined;

  /** @param engine only this package's own tests give another */
  constructor(scope: Construct, id: string, props: PlatformProps, engine: Engine = ENGINE) {
    super(scope, id);
    checkProperties(this, props, PLATFORM_RULES);
    checkMail(this, props);
    const { stage, mail, alarmEmail, objectsKey, orphanedObjectDays = 400 } = props;
    this.stage = stage;
    this.engine = engine;
    this.options = optionsOf(this, props);
    const removal = this.options.removalPolicy ?? KEPT;
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
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: props.pointInTimeRecovery ?? removal !== RemovalPolicy.DESTROY,
      },
      deletionProtection: props.deletionProtection ?? false,
      removalPolicy: removal,
    });
    this.bucket = new Bucket(this, 'Objects', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      // A key for the bucket makes one request to KMS of many.
      ...(objectsKey
        ? { encryption: BucketEncryption.KMS, encryptionKey: objectsKey, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      enforceSSL: true,
      lifecycleRules: [
        // What a writer that died had uploaded; it is billed, and no list shows it.
        { id: 'abort-uploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
        // Where rules meet, S3 takes the shortest: this one must not undercut any pipeline's.
        {
          prefix: 'runs/',
          expiration: Duration.days(Lazy.number({ produce: () => this.#longest(orphanedObjectDays) })),
        },
      ],
      removalPolicy: removal,
      autoDeleteObjects: removal === RemovalPolicy.DESTROY,
    });
    acknowledge(
      this.bucket,
      'AwsSolutions-S1',
      'Only this app and people with IAM access read it; CloudTrail data events record that where an account wants it.',
    );
    this.bus = new EventBus(this, 'Events', {
      description: `microprocess ${stage}: what runs tell the world`,
    });
    this.alarms = new Topic(this, 'Alarms', { displayName: `microprocess ${stage} alarms`, enforceSSL: true });
    // What refuses calls without TLS takes the place of SNS's default policy, which lets the account's alarms publish.
    this.alarms.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.alarms.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (alarmEmail) this.alarms.addSubscription(new EmailSubscription(alarmEmail));
    let mailSet = '';
    if (mail) {
      const { from, identity } = mail;
      // An identity that exists can't be made again; a new one sends once its owner follows the link SES mails.
      if (!identity) new EmailIdentity(this, 'Sender', { identity: Identity.email(from) });
      this.mailIdentity = identity ?? from;
      mailSet = mail.configurationSet ?? bouncesSet(this);
    }
    this.resources = {
      table: this.table.tableName,
      objects: this.bucket.bucketName,
      mail: mail?.from ?? '',
      mailSet,
      events: this.bus.eventBusName,
    };
    new PlatformFunctions(this, 'Functions', this);
    govern(this, this.options);
  }

  /**
   * Takes up a pipeline: its objects outlive a run's deadline by what the pipeline promises. Called by its construct.
   * @throws {InfraError} for a second pipeline of the name: records, objects and rights would be the same
   */
  adopt({ name, deadlineHours, retentionDays }: Pipeline): void {
    if (this.#keptDays.has(name)) refuse(this, 'the name of each pipeline', 'another one', name);
    const days = Math.ceil(deadlineHours / 24) + retentionDays;
    this.#keptDays.set(name, days);
    this.bucket.addLifecycleRule({ prefix: `runs/${name}/`, expiration: Duration.days(days) });
  }

  /** What tokens are signed with, where a pipeline takes callbacks or mails links: it costs by the month. */
  callbackKey(): Secret {
    if (this.#callbackKey) return this.#callbackKey;
    this.#callbackKey = new Secret(this, 'CallbackKey', {
      description: `microprocess ${this.stage}: signs the URLs that services call back. "new old", with a space, changes it`,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: this.options.removalPolicy ?? KEPT,
    });
    acknowledge(
      this.#callbackKey,
      'AwsSolutions-SMG4',
      'Rotated by hand (docs/callbacks.md): tokens live as long as their runs, so that two keys must count for up to 14 days.',
    );
    return this.#callbackKey;
  }

  #longest(orphaned: number): number {
    return Math.max(orphaned, ...this.#keptDays.values());
  }
}

/** Of {@link PlatformProps}. */
export const PLATFORM_RULES: PropertyRules<PlatformProps> = {
  ...OPTION_RULES,
  stage: null,
  mail: having('an object with `from`, the sender’s address', 'from'),
  alarmEmail: ADDRESS,
  pointInTimeRecovery: flag,
  deletionProtection: flag,
  objectsKey: having('a Key', 'keyArn', 'grantEncryptDecrypt'),
  orphanedObjectDays: wholeNumber(1, 36_500),
};

/** A platform, also of another copy of this package. */
export const PLATFORM = having('a Platform', 'engine', 'adopt', 'options');

/** An address or domain that lets the sender send. */
function covering(from: string): Rule<string> {
  const domain = from.slice(from.lastIndexOf('@') + 1).toLowerCase();
  return {
    allowed: `the sender's address, its domain ${domain}, or one above that`,
    holds: (identity) => senderIdentities(from.toLowerCase()).includes(identity.toLowerCase()),
  };
}

function checkMail(scope: Construct, { stage, mail, alarmEmail }: PlatformProps): void {
  checkKnown(scope, 'stage', stage, matching(STAGE, '1 to 18 letters, digits or hyphens'));
  check(scope, 'mail.from', mail?.from, ADDRESS);
  check(scope, 'mail.identity', mail?.identity, matching(/^\S{3,}$/, 'an address or a domain'));
  if (mail)
    checkProperties(scope, mail, {
      from: ADDRESS,
      identity: null,
      configurationSet: matching(/^[\w-]{1,64}$/, 'the name of a configuration set'),
    });
  check(scope, 'mail.identity', mail?.identity, covering(mail?.from ?? ''));
  check(scope, 'mail.from', mail?.from, REACHABLE);
  check(scope, 'alarmEmail', alarmEmail, REACHABLE);
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
