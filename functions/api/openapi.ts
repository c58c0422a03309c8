import * as z from 'zod';
import { PROBLEMS, type ProblemCode, problemBody, typeOf } from '../../shared/domain/http-api/problems.ts';
import { OPERATIONS, type Operation } from './operations.ts';

type Part = Readonly<Record<string, unknown>>;

/** What any request may be answered with. */
const OF_ALL: readonly ProblemCode[] = ['unauthorized', 'forbidden', 'too-many-requests', 'internal'];

/** The API as OpenAPI 3.1 describes it, made from the schemas that check what comes and goes. */
export function openApi(): Part {
  const components = new Components();
  const problem = components.refer(problemBody, 'output');
  const paths: Record<string, Record<string, Part>> = {};
  for (const operation of OPERATIONS) {
    const { path, method } = operation;
    paths[path] = { ...paths[path], [method]: operationOf(operation, components, problem) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'microprocess',
      version: '1',
      description:
        'Runs and tasks of pipelines. Callers are let in by IAM, by a JWT or, on a machine of their own, by a token.',
    },
    paths,
    components: { schemas: components.schemas },
  };
}

function operationOf(operation: Operation, components: Components, problem: Part): Part {
  const { id, summary, body, needsBody = true, answers, problems } = operation;
  const responses: Record<string, Part> = {};
  for (const [status, { what, body: answer }] of Object.entries(answers))
    responses[status] = { description: what, ...(answer && json(components.refer(answer, 'output'))) };
  const codes = [...new Set([...problems, ...OF_ALL])];
  for (const status of new Set(codes.map((code) => PROBLEMS[code].status))) {
    const types = codes.filter((code) => PROBLEMS[code].status === status).map((code) => `\`${typeOf(code)}\``);
    responses[status] = {
      description: `A problem: ${types.join(', ')}.`,
      content: { 'application/problem+json': { schema: problem } },
    };
  }
  const parameters = parametersOf(operation);
  return {
    operationId: id,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: needsBody, ...json(components.refer(body, 'input')) } }),
    responses,
  };
}

function parametersOf({ path, query = {}, waits, isKeyed }: Operation): readonly Part[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const text = { type: 'string' };
  return [
    ...names.map((name) => ({ name, in: 'path', required: true, schema: text })),
    ...Object.entries(query).map(([name, { description, type }]) => ({
      name,
      in: 'query',
      description,
      schema: { type },
    })),
    ...(waits
      ? [
          {
            name: 'Prefer',
            in: 'header',
            description: '`wait=N`: hold the answer for up to N seconds, 25 at most.',
            schema: text,
          },
        ]
      : []),
    ...(isKeyed
      ? [{ name: 'Idempotency-Key', in: 'header', description: 'The same key is the same request.', schema: text }]
      : []),
  ];
}

const json = (schema: Part): Part => ({ content: { 'application/json': { schema } } });

/** Schemas that have a name, each described once. */
class Components {
  readonly schemas: Record<string, Part> = {};

  /** A reference to a schema with a name, or the description of one without. */
  refer(schema: z.ZodType, io: 'input' | 'output'): Part {
    const { $schema: _, $defs = {}, id, ...described } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    for (const [name, definition] of Object.entries($defs)) this.#add(name, definition);
    if (id === undefined) return rewritten(described);
    this.#add(id, described);
    return { $ref: `#/components/schemas/${id}` };
  }

  #add(name: string, definition: Part): void {
    const { id: _, ...described } = definition;
    this.schemas[name] = rewritten(described);
  }
}

/** With references to where the document has its schemas. */
function rewritten(schema: Part): Part {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/');
  return part.parse(JSON.parse(text));
}

const part = z.record(z.string(), z.unknown());
