import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import type { LocalPipeline } from '../../local/pipeline.ts';
import { deploymentParameter, deploymentRecord } from '../../shared/project/deployment-record.ts';
import { packageVersion } from '../../shared/project/package-version.ts';

/** What a test's control plane was asked for, and what it says. */
export interface ControlPlane {
  readonly url: string;
  /** `<service> <method> <path or action>` of each request, in order. */
  readonly requests: string[];
  mapping: { enabled: boolean };
  /** SSM's: name and value. */
  readonly parameters: Record<string, string>;
  /** Whether they may be read. */
  open: boolean;
  stop(): Promise<void>;
}

const FORWARDER = 'sample-forwarder';
const SPLITTER = 'sample-splitter';
const STACK = 'a-stack-of-its-own';

/**
 * The parts of AWS that the emulators lack, as far as the command line asks for them: SSM's parameters, CloudFormation's word on a stack, STS, and
 * Lambda's control plane over the functions of an embedded host.
 */
export async function startControlPlane(local: LocalPipeline): Promise<ControlPlane> {
  const requests: string[] = [];
  const mapping = { enabled: true };
  const deployment = deploymentRecord({
    pipeline: 'scores',
    release: packageVersion(),
    stack: STACK,
    resources: { ...local.resources, endpoint: local.cloneUrl, endpointAuth: 'IAM', mail: 'reports@example.com' },
    clone: { memoryMB: 512 },
    functions: { splitter: SPLITTER, forwarder: FORWARDER },
  });
  const parameters: Record<string, string> = { [deploymentParameter('test', 'scores')]: JSON.stringify(deployment) };
  const mappingJson = () => ({
    UUID: 'm-1',
    EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:scores-work',
    State: mapping.enabled ? 'Enabled' : 'Disabled',
    ScalingConfig: { MaximumConcurrency: 2 },
  });

  const query = (action: string | null, form: URLSearchParams): [number, string] => {
    if (action === 'GetCallerIdentity') {
      return [
        200,
        '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::000000000000:user/operator</Arn><Account>000000000000</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
      ];
    }
    const name = form.get('StackName') ?? '';
    if (name !== STACK) {
      return [
        400,
        `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error></ErrorResponse>`,
      ];
    }
    return [
      200,
      `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${name}</StackName><StackStatus>UPDATE_COMPLETE</StackStatus></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
    ];
  };
  const getParameter = (name: string): [number, unknown] => {
    if (!plane.open) return [400, { __type: 'AccessDeniedException', message: 'User is not authorized' }];
    const value = parameters[name];
    return value === undefined
      ? [400, { __type: 'ParameterNotFound' }]
      : [200, { Parameter: { Name: name, Value: value } }];
  };
  const lambda = async (
    method: string,
    path: string,
    body: string,
  ): Promise<[number, unknown, Record<string, string>?]> => {
    if (path.endsWith(`/functions/${SPLITTER}/invocations`)) {
      try {
        return [200, await local.invoke('splitter', JSON.parse(body))];
      } catch (error) {
        const said =
          error instanceof Error ? { errorType: error.name, errorMessage: error.message } : { errorType: 'Error' };
        return [200, said, { 'x-amz-function-error': 'Unhandled' }];
      }
    }
    if (path.endsWith('/account-settings')) {
      return [200, { AccountLimit: { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 10 } }];
    }
    if (path.endsWith('/event-source-mappings')) return [200, { EventSourceMappings: [mappingJson()] }];
    if (path.endsWith('/event-source-mappings/m-1')) {
      if (method === 'PUT') mapping.enabled = JSON.parse(body).Enabled;
      return [method === 'PUT' ? 202 : 200, mappingJson()];
    }
    return [404, { Message: `${method} ${path} is not here` }];
  };

  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { method = '', url = '' } = request;
    const { pathname } = new URL(url, 'http://localhost');
    if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
      const form = new URLSearchParams(body);
      requests.push(`query ${form.get('Action')}`);
      const [status, xml] = query(form.get('Action'), form);
      response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
      return;
    }
    if (request.headers['x-amz-target'] === 'AmazonSSM.GetParameter') {
      requests.push('ssm GetParameter');
      const [status, answer] = getParameter(JSON.parse(body).Name);
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
      return;
    }
    requests.push(`lambda ${method} ${pathname.replace(/^\/\d{4}-\d{2}-\d{2}/, '')}`);
    const [status, answer, headers] = await lambda(method, pathname, body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  const plane: ControlPlane = {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    mapping,
    parameters,
    open: true,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return plane;
}
