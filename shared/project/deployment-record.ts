import * as z from 'zod';
import { MESSAGES, OPTIONAL_MESSAGES } from '../domain/queues.ts';
import { mapValues } from '../domain/records.ts';
import { ProjectError } from './errors.ts';

const VERSION = 1;

/**
 * What runs one pipeline at a stage: the construct writes it into a parameter, as JSON, and everybody else finds the deployment by it,
 * in whatever stack it stands. Readers ignore what they don't know, so a field can be added; another meaning of one raises the version.
 */
const record = z.object({
  version: z.literal(VERSION),
  pipeline: z.string(),
  /** The version of this package that deployed it. */
  release: z.string(),
  /** The stack that is deployed by its name: the stage's, or a user's own. */
  stack: z.string(),
  resources: z.object({
    /** The table's name. */
    table: z.string(),
    /** The bucket's name. */
    objects: z.string(),
    /** Queues' URLs. */
    ...mapValues(MESSAGES, () => z.string()),
    /** Empty where the pipeline has none. */
    ...mapValues(OPTIONAL_MESSAGES, () => z.string().default('')),
    /** Base URL of the queue-dedicated clone, a function's or a user's own. */
    endpoint: z.string(),
    /** Whether calls to it are signed. */
    endpointAuth: z.enum(['IAM', 'NONE']).default('IAM'),
    /** Sender of the mails; empty where they are off. */
    mail: z.string(),
  }),
  /** Of the queue-dedicated clone, where it is a function that the app makes. */
  clone: z.object({ memoryMB: z.number() }).optional(),
  /** The name on AWS of each function of the pipeline. Readers need these two; a later release may say more of the others. */
  functions: z.object({ splitter: z.string(), forwarder: z.string() }).catchall(z.unknown()),
});
const versioned = z.object({ version: z.number() });

export type Deployment = z.infer<typeof record>;

/** The SSM parameter that holds a pipeline's record, in the account and region that it is deployed to. */
export function deploymentParameter(stage: string, pipeline: string): string {
  return `/microprocess/${stage}/${pipeline}`;
}

/** A record to write: with its version, and without what readers have no name for. */
export function deploymentRecord(deployment: Omit<z.input<typeof record>, 'version'>): Deployment {
  return record.parse({ ...deployment, version: VERSION });
}

/**
 * A pipeline's record as its parameter holds it.
 * @param name of the parameter, for what is said
 * @throws {ProjectError} where another release wrote it, in a way that this one can't read
 */
export function readDeployment(text: string, name: string): Deployment {
  const json = parseJson(text);
  const parsed = record.safeParse(json);
  if (parsed.success) return parsed.data;
  const { version } = versioned.safeParse(json).data ?? {};
  if (version !== undefined && version > VERSION) {
    throw new ProjectError(
      `Parameter ${name} is of version ${version}, and this release reads version ${VERSION}: a newer release deployed it. Use that one, or deploy this one.`,
    );
  }
  const wrong = parsed.error.issues.map(({ path }) => path.join('.') || 'JSON').join(', ');
  throw new ProjectError(`Parameter ${name} can't be read (${wrong}): another release deployed it. Deploy this one.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
