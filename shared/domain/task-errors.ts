import { MicroprocessError, show } from './errors.ts';
import type { ChildStatus } from './row.ts';

/** What is said of a task that can't be changed. The code is the problem's type. */
export abstract class TaskError extends MicroprocessError {
  readonly task: string;

  constructor(task: string, message: string) {
    super(message);
    this.task = task;
  }
}

/** The pipeline's definition says nothing of tasks: it has no queue for them. */
export class NoTasksError extends MicroprocessError {
  readonly code = 'no-tasks';

  constructor(pipeline: string) {
    super(`Pipeline ${show(pipeline)} takes no tasks. Say tasks: {} in its definition, and deploy it.`);
  }
}

/** No task of that id. */
export class TaskNotFoundError extends TaskError {
  readonly code = 'task-not-found';

  constructor(pipeline: string, task: string) {
    super(task, `Pipeline ${show(pipeline)} has no task ${show(task)}.`);
  }
}

/** The same task id was used before with another body. */
export class TaskConflictError extends TaskError {
  readonly code = 'task-conflict';

  constructor(task: string) {
    super(
      task,
      `Task ${show(task)} exists with another time, latest time or item. Use another id, or repeat the same.`,
    );
  }
}

/** A task is being called now. How that ends is not known yet: ask again later. */
export class TaskIsCalledError extends TaskError {
  readonly code = 'task-is-called';

  constructor(task: string) {
    super(task, `Task ${show(task)} is being called now. Ask again once the call has ended.`);
  }
}

/** A task has ended in another way than was asked for. */
export class TaskHasEndedError extends TaskError {
  readonly code = 'task-has-ended';
  readonly status: ChildStatus;
  /** Calls that were made, or may have been. */
  readonly calls: number;

  constructor(task: string, status: ChildStatus, calls: number) {
    super(task, `Task ${show(task)} has ended as ${status}, after ${calls === 1 ? 'a call' : `${calls} calls`}.`);
    this.status = status;
    this.calls = calls;
  }
}
