import { App, Stack } from 'aws-cdk-lib';
import { Pipeline, Platform } from 'microprocess/cdk';

export const stack = new Stack(new App(), 'Shop');
const platform = new Platform(stack, 'Jobs', { stage: 'prod' });
new Pipeline(stack, 'Scores', {
  entry: 'pipelines/scores/index.ts',
  platform,
  clone: 'https://companies-queue.example.com/jobs',
});
