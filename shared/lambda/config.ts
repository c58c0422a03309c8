import * as z from 'zod';

const text = z.string().min(1);

/** A function's environment, read once; both hosts set exactly the names of shared/ports/wiring.ts. */
const environment = z.object({
  MP_STAGE: text,
  MP_TABLE: text,
  MP_BUCKET: text,
  MP_SPLIT_QUEUE_URL: text,
  MP_WORK_QUEUE_URL: text,
  MP_AGGREGATE_QUEUE_URL: text,
  MP_ENDPOINT_URL: z.url({ protocol: /^https?$/ }),
  MP_ENDPOINT_AUTH: z.enum(['IAM', 'NONE']),
  MP_MAIL_FROM: z.string().default(''),
  MP_EVENT_BUS: z.string().default(''),
  AWS_REGION: text,
});
export type Config = z.infer<typeof environment>;

/** @throws {Error} naming each missing or wrong variable, at cold start */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environment.safeParse(env);
  if (parsed.success) return parsed.data;
  const said = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`The function's environment is not valid: ${said.join('; ')}.`);
}
