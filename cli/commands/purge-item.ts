import {
  findItem,
  type ItemPurged,
  type ItemTraces,
  type PurgeItemHooks,
  purgeItem,
} from '../../shared/control/purge-item.ts';
import { MANY, type Mentioning } from '../../shared/control/runs-mentioning.ts';
import { recordAct } from '../act.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { hint, type Target } from '../targets/target.ts';
import { isDrawn, type Terminal } from '../terminal.ts';
import { columns, count, counted, goneWords, plain } from '../text.ts';
import { ITEM_REMAINS } from './what-remains.ts';

export interface PurgeItemOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Says which runs keep something of an item, found by any of the texts that it is known by; with `--yes` deletes these runs. */
export async function purgeOneItem(
  target: Target,
  texts: readonly string[],
  options: PurgeItemOptions,
  terminal: Terminal,
): Promise<number> {
  if (texts.some((text) => text.trim() === ''))
    throw new UsageError('--item: needs a text of the item, such as its label or key.');
  const eraser = target.eraser?.();
  if (!eraser) throw new UsageError("An item can't be purged from here: something works on the pipeline's runs.");
  try {
    const traces = await findItem(target.deps, eraser, texts, lookedAt(terminal));
    if (!options.json) terminal.stdout.write(wordsOf(traces, target));
    const erased = options.yes ? await purgeItem(target.deps, eraser, traces, recorded(target, terminal)) : null;
    terminal.stdout.write(
      options.json
        ? `${JSON.stringify({ pipeline: target.pipeline.name, ...jsonOf(traces), purged: erased, remains: ITEM_REMAINS })}\n`
        : erased
          ? `Deleted: ${saidOf(erased)}. What remains:\n${ITEM_REMAINS.map((what) => `  - ${what}\n`).join('')}`
          : nextOf(traces),
    );
    return traces.unended.length + traces.tasks.unended.length === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    eraser.close();
  }
}

/** Records what is gone. Who reads the record must not learn from it whom it was about. */
function recorded(target: Target, terminal: Terminal): PurgeItemHooks {
  return {
    async onBesides({ inputs, refusals, tasks }) {
      const detail = `an item: ${counted(inputs, 'handed-over input')}, ${counted(refusals, 'refused message')}${tasks > 0 ? `, ${counted(tasks, 'task')}` : ''}`;
      await recordAct(target, terminal, { act: 'purge', run: null, detail });
    },
    async onGone(gone) {
      terminal.stderr.write(`${gone.run}: gone.\n`);
      await recordAct(target, terminal, { act: 'purge', run: gone.run, detail: `for an item: ${goneWords(gone)}` });
    },
  };
}

const saidOf = ({ runs, tasks, records, objects }: ItemPurged) =>
  `${counted(runs.length, 'run')}, ${tasks.length > 0 ? `items and answers of ${counted(tasks.length, 'task')}, ` : ''}${goneWords({ records, objects })}`;

/** Reading a large run takes minutes: says how far it is. */
function lookedAt({ stderr, signal }: Terminal): (rows: number) => void {
  let [rows, next] = [0, STEP];
  return (more) => {
    signal.throwIfAborted();
    rows += more;
    if (rows < next || !isDrawn(stderr)) return;
    stderr.write(`${count(rows)} rows looked at\n`);
    next += STEP;
  };
}

const STEP = 1_000_000;

function wordsOf({ looked, found, unended, inputs, refusals, tasks }: ItemTraces, target: Target): string {
  const where = `${target.pipeline.name} ${target.place}`;
  const lines =
    found.length === 0
      ? [`It is in no ended run of ${where}; ${count(looked)} looked at.`]
      : [`Of ${counted(looked, 'ended run')} of ${where} it is in ${count(found.length)}:`, ...tableOf(found)];
  const besides = [
    ...(inputs.length > 0 ? [`${counted(inputs.length, 'handed-over input')} that no run will read any more`] : []),
    ...(refusals.length > 0 ? [counted(refusals.length, 'refused message')] : []),
    ...(tasks.ended.length > 0 ? [`items and answers of ${counted(tasks.ended.length, 'task')}`] : []),
  ];
  if (besides.length > 0) lines.push(`Besides: ${besides.join(', ')}.`);
  if (unended.length > 0) {
    const each = unended.map(({ run, status }) => `${run} (${status})`).join(', ');
    lines.push(
      `Not looked at, as they haven't ended: ${each}. Wait, or cancel them (${hint(target, 'cancel', '<run>')}), and repeat this.`,
    );
  }
  if (tasks.unended.length > 0)
    lines.push(
      `In tasks that haven't ended: ${tasks.unended.join(', ')}. Wait, or cancel them (${hint(target, 'tasks', 'cancel', '<id>')}), and repeat this.`,
    );
  return `${lines.join('\n')}\n`;
}

function tableOf(found: readonly Mentioning[]): string[] {
  return columns(found.map((each) => [`  ${each.runs.join(', ')}`, plain(whyOf(each))]))
    .trimEnd()
    .split('\n');
}

function whyOf({ why, children, example }: Mentioning): string {
  if (why === 'run') return "its id, parameters or input's name mention it";
  if (why === 'gone')
    return "some of its report is gone, so it can't be ruled out: a deletion was cut off, or it is too old";
  const many = children >= MANY ? `${count(children)} children or more` : `${count(children)} children`;
  return `${children === 1 ? '1 child' : many}, such as ${example}`;
}

function nextOf({ found, inputs, refusals, tasks }: ItemTraces): string {
  if (found.length + inputs.length + refusals.length + tasks.ended.length === 0)
    return 'Nothing was found that could be deleted now.\n';
  const whole =
    found.length === 0
      ? ''
      : 'A run goes whole, with its redrives. Before it does, "report <run>" fetches what it made, and "children <run> --items" prints its items: start it anew without this one.\n';
  return `${whole}Nothing was deleted. The same command with --yes deletes all this for good.\n`;
}

function jsonOf({ looked, found, unended, inputs, refusals, tasks }: ItemTraces) {
  return {
    looked,
    found,
    unended: unended.map(({ run, status }) => ({ run, status })),
    inputs: inputs.length,
    refusals: refusals.length,
    tasks: { ended: tasks.ended.map(({ id }) => id), unended: tasks.unended },
  };
}
