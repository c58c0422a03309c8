import { definePipeline, list } from 'microprocess';

export default definePipeline({
  name: 'squares',
  source: list(() => [1, 2, 3]),
  endpoint: { service: 'squares', path: '/square' },
  report: {
    email: ['data@your-company.com'],
    channels: [
      { type: 'slack', secret: 'team/slack-webhook', on: 'failure' },
      { type: 'webhook', url: 'https://ops.your-company.com/runs', hmac: { secret: 'team/hook-key' } },
    ],
  },
});
