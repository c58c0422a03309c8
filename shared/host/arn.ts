/** Account that the emulators and every ARN of a host use. */
export const LOCAL_ACCOUNT = '000000000000';
/** Region that the emulators and every ARN of a host use. */
export const LOCAL_REGION = 'us-east-1';

export const queueArn = (name: string) => `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${name}`;
export const functionArn = (name: string) => `arn:aws:lambda:${LOCAL_REGION}:${LOCAL_ACCOUNT}:function:${name}`;
