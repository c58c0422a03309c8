import { App } from 'aws-cdk-lib';
import { Microprocess } from 'microprocess/cdk';

new Microprocess(new App(), 'microprocess-dev', { stage: 'dev' });
