import * as z from 'zod';
import { NAME } from '../ids.ts';
import { LAST_SECOND } from '../limits.ts';
import { json, link, time } from './parts.ts';
import { problemBody } from './problems.ts';

const when = z
  .union([z.int().min(0).max(LAST_SECOND), z.string().meta({ format: 'date-time' })])
  .describe('UNIX seconds, or a date and time with its zone: 2027-01-31T14:07:31Z.');

/** A task, as a caller asks for it. */
export const newTask = z
  .looseObject({
    id: z.string().regex(NAME).optional().describe("The task's id; the same id with the same body is the same task."),
    executeAt: when.describe('When it is called; a time that has passed is now.'),
    item: json.describe('What its service is called with.'),
    latest: when.optional().describe('Afterwards it is not called any more.'),
  })
  .meta({ id: 'NewTask' });

/** One task, or up to 1,000. */
export const newTasks = z.union([newTask, z.strictObject({ tasks: z.array(newTask).min(1).max(1_000) })]);

/** The same, before it is known which: each task is checked where it is made, which says what is wrong with it. */
export const oneOrMany = z.looseObject({ tasks: z.unknown().optional(), id: z.unknown().optional() });

export const taskMove = z.strictObject({ executeAt: when }).meta({ id: 'TaskMove' });

export const taskIds = z
  .strictObject({ ids: z.array(z.string().regex(NAME)).min(1).max(1_000) })
  .meta({ id: 'TaskIds' });

export const taskResource = z
  .object({
    id: z.string(),
    pipeline: z.string(),
    state: z.enum(['pending', 'calling', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED']),
    executeAt: time,
    latest: time.nullable(),
    createdAt: time,
    item: json,
    calls: z.int().min(0).describe('Calls that were made, or may have been. 0: the service never heard of it.'),
    lateMs: z.number().nullable().describe('How late its first call began; null before that ended.'),
    outcome: z
      .object({ reason: z.string().nullable(), result: json, endedAt: time })
      .nullable()
      .describe('How it ended.'),
    links: z.object({ self: link }),
  })
  .meta({ id: 'Task' });
export type TaskResource = z.infer<typeof taskResource>;

/** An answer for each of several, in their order. */
export const taskAnswers = z
  .object({
    tasks: z.array(
      z.union([
        z.object({ id: z.string(), status: z.int(), task: taskResource }),
        z.object({ id: z.string(), status: z.int(), problem: problemBody }),
      ]),
    ),
  })
  .meta({ id: 'TaskAnswers' });

export const taskList = z
  .object({
    tasks: z.array(taskResource),
    next: link.nullable().describe('Where the next page is; null behind the last.'),
  })
  .meta({ id: 'TaskList' });
