import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Platform, type PlatformProps } from '../constructs/platform.ts';

/** What all pipelines of a stage share. */
export class PlatformStack extends Stack {
  readonly platform: Platform;

  constructor(scope: Construct, id: string, props: StackProps & PlatformProps) {
    super(scope, id, props);
    this.platform = new Platform(this, 'Platform', props);
    const { mail } = props.settings;
    new CfnOutput(this, 'Table', { value: this.platform.table.tableName, description: 'Records of runs' });
    new CfnOutput(this, 'Bucket', {
      value: this.platform.bucket.bucketName,
      description: 'Reports: runs/<pipeline>/<run>/',
    });
    new CfnOutput(this, 'Alarms', {
      value: this.platform.alarms.topicArn,
      description: 'Subscribe to hear of trouble',
    });
    new CfnOutput(this, 'Mail', {
      value: mail
        ? `on, from ${mail.from}${mail.identity ? '' : '; follow the link that SES mails to that address first'}`
        : 'off: no sender. Deploy with -c mailFrom=<address> to switch it on',
    });
  }
}
