import { segmentsOf } from '../../shared/domain/completion.ts';
import { unpackSegment } from '../../shared/domain/ids.ts';
import { isFinal, TRANSITIONS } from '../../shared/domain/run.ts';
import { countsText, LINES } from './alphabet.ts';
import {
  addSegment,
  type Context,
  readChain,
  rootFull,
  rowsOf,
  segmentFull,
  segmentRecord,
  send,
  toRoot,
} from './context.ts';
import { countsOf, statusOf } from './ending.ts';
import { parseSegment, segmentOf } from './messages.ts';
import type { Aggregator, Finisher } from './processes.ts';
import { deleteStep, putBackStep, type Step } from './steps.ts';
import { moveTo, type World } from './world.ts';

/** Freezes a full segment: pages → part → SEG, if absent → ROOT → tell. */
export function aggregatorSteps(cx: Context, w: World, p: Aggregator): Step[] {
  const record = segmentRecord(w, p.segment);
  const early = cx.bug === 'pages read after freezing';
  switch (p.at) {
    case 'read':
      return readSegmentSteps(cx, w, p);
    case 'gather': {
      const steps = gatherSteps(cx, w, p, w, 'aggregate: read pages of a block');
      const before = { ...w, blocks: {} };
      return cx.bug === 'stale pages'
        ? [...steps, ...gatherSteps(cx, w, p, before, 'aggregate: read pages as they were')]
        : steps;
    }
    case 'part':
      return [
        {
          name: 'aggregate: write part',
          run: () => {
            cx.say(() => LINES.writePart(p.segment));
            // Under a key unique to the attempt, so nobody reads it before SEG names it.
            if (early || (cx.bug === 'part under one key' && record.frozen)) replaceFrozen(w, p);
            p.at = early ? 'root' : 'freeze';
            if (early) p.rows = [];
          },
        },
      ];
    case 'freeze': {
      const { late = 0 } = record;
      if (record.frozen === null && late !== (p.late ?? 0) && cx.bug !== 'late callbacks not counted')
        return [
          {
            name: 'aggregate: a callback came late, read again',
            run: () => {
              p.rows = [];
              p.late = late;
              p.at = 'gather';
            },
          },
        ];
      return [
        {
          name: record.frozen ? 'aggregate: frozen by another' : 'aggregate: freeze',
          run: () => {
            const isMine = record.frozen === null;
            if (record.frozen === null) record.frozen = rowsRead(p);
            else if (cx.bug === 'freeze overwrites') replaceFrozen(w, p);
            const { frozen } = record;
            cx.say(() => LINES.freeze(p.segment, isMine, countsText(countsOf(frozen))));
            p.rows = [];
            p.at = early ? 'gather' : 'root';
          },
        },
      ];
    }
    case 'root':
      return [
        {
          name: 'aggregate: add to ROOT',
          run: () => {
            p.at = addSegment(cx, w, p.segment) ? 'notify' : 'delete';
          },
        },
      ];
    case 'notify':
      return [
        {
          name: 'aggregate: tell run',
          run: () => {
            send(cx, w, 'f');
            p.at = 'delete';
          },
        },
      ];
    case 'delete':
      return [deleteStep(cx, w, p, 'aggregate')];
    case 'back':
      return [putBackStep(cx, w, p, 'aggregate')];
  }
}

function readSegmentSteps(cx: Context, w: World, p: Aggregator): Step[] {
  const { frozen, late } = segmentRecord(w, p.segment);
  const full = segmentFull(cx, w, p.segment);
  const then = (name: string, at: Aggregator['at']): Step => ({
    name,
    run: () => {
      cx.say(() => LINES.readSegment(p.segment, frozen !== null, full));
      if (late !== undefined) p.late = late;
      p.at = at;
    },
  });
  if (frozen) return [then('aggregate: is frozen', cx.bug === 'frozen not added again' ? 'delete' : 'root')];
  const notFull = then('aggregate: not full, delete', 'delete');
  if (!full) return [notFull];
  const isFull = then('aggregate: is full', cx.bug === 'pages read after freezing' ? 'freeze' : 'gather');
  return cx.bug === 'stale SEG' ? [isFull, notFull] : [isFull];
}

/** Reads ahead: any of the blocks that weren't read. */
function gatherSteps(cx: Context, w: World, p: Aggregator, from: World, name: string): Step[] {
  const { slice } = parseSegment(p.segment);
  const blocks = readChain(cx, w, slice).blocks.filter(({ id }) => segmentOf(id) === p.segment);
  return blocks.flatMap(({ id, pages }, block) => {
    if (p.rows.some((read) => read.block === block)) return [];
    const gather = () => {
      cx.say(() => LINES.readAll(id, from.blocks[id]?.done ?? []));
      p.rows.push({ block, rows: rowsOf(from, id, pages) });
      p.rows.sort((a, b) => a.block - b.block);
      if (p.rows.length >= blocks.length) p.at = 'part';
    };
    return [{ name, run: gather }];
  });
}

const rowsRead = (p: Aggregator): string[] => p.rows.flatMap(({ rows }) => rows);

function replaceFrozen(w: World, p: Aggregator): void {
  const record = segmentRecord(w, p.segment);
  const rows = rowsRead(p);
  if (record.frozen && record.frozen.length > 0 && record.frozen.join() !== rows.join()) {
    w.ghost.rewritten = `segment ${p.segment} was frozen as ${record.frozen.join()}, now reads ${rows.join()}`;
  }
  record.frozen = rows;
}

/** Finishes a full run under a lease, once: report, mail at most once, event, status. */
export function finisherSteps(cx: Context, w: World, p: Finisher): Step[] {
  const { run } = w;
  switch (p.at) {
    case 'read root': {
      const full = rootFull(cx, w);
      const then = (name: string, at: Finisher['at']): Step => ({
        name,
        run: () => {
          cx.say(() => LINES.readRoot(full));
          p.at = at;
        },
      });
      const notFull = then('finish: not full, delete', 'delete');
      if (!full) return [notFull];
      const isFull = then('finish: root is full', 'lease');
      return cx.bug === 'stale ROOT' ? [isFull, notFull] : [isFull];
    }
    case 'lease':
      return [leaseStep(cx, w, p)];
    case 'read status': {
      const isOver = run.status !== 'none' && isFinal(run.status);
      const drop = isOver || cx.bug === 'lease lost with its holder';
      const then = () => {
        p.at = drop ? 'delete' : 'back';
      };
      return [{ name: isOver ? 'finish: is final, delete' : 'finish: leased by another', peeks: true, run: then }];
    }
    case 'parts':
      return [
        {
          name: 'finish: read parts, write report',
          run: () => {
            cx.say(() => LINES.writeReport());
            p.rows = assemble(cx, w);
            p.at = p.mailed && cx.bug !== 'mail without claim' ? 'event' : 'claim';
          },
        },
      ];
    case 'claim': {
      const claimed = run.mailClaimed && cx.bug !== 'mail without claim';
      return [
        {
          name: claimed ? 'finish: mail was claimed' : 'finish: claim mail',
          run: () => {
            cx.say(() => LINES.claimMail(!claimed));
            run.mailClaimed = true;
            p.at = claimed ? 'event' : 'mail';
          },
        },
      ];
    }
    case 'mail':
      return [
        {
          name: 'finish: mail',
          run: () => {
            cx.say(() => LINES.mail());
            w.ghost.mails++;
            w.ghost.mailed = statusOf(cx, w, p);
            p.at = 'event';
          },
        },
      ];
    case 'event':
      return [
        {
          name: 'finish: tell the end',
          run: () => {
            cx.say(() => LINES.tellEnd(statusOf(cx, w, p)));
            p.at = 'status';
          },
        },
      ];
    case 'status':
      return [statusStep(cx, w, p)];
    case 'let go':
      return [
        {
          name: 'finish: let go after a failure',
          run: () => {
            cx.say(() => LINES.letGoFinish());
            if (run.lease?.by === p.id) run.lease.expired = true;
            p.at = 'back';
          },
        },
      ];
    case 'delete':
      return [deleteStep(cx, w, p, 'finish')];
    case 'back':
      return [putBackStep(cx, w, p, 'finish')];
  }
}

function leaseStep(cx: Context, w: World, p: Finisher): Step {
  const { run } = w;
  const { lease } = run;
  const legal = TRANSITIONS.finish.from.some((status) => status === run.status);
  if (!legal || (lease !== null && !lease.expired && cx.bug !== 'finish without lease')) {
    return {
      name: 'finish: lease refused',
      run: () => {
        cx.say(() => LINES.leaseFinish(false));
        p.at = 'read status';
      },
    };
  }
  return {
    name: lease ? 'finish: take expired lease' : 'finish: take lease',
    run: () => {
      cx.say(() => LINES.leaseFinish(true));
      run.lease = { by: p.id, expired: false };
      moveTo(w, TRANSITIONS.finish.to);
      p.cut = run.cut;
      p.mailed = run.mailClaimed;
      p.at = 'parts';
    },
  };
}

function statusStep(cx: Context, w: World, p: Finisher): Step {
  const { run } = w;
  const isOpen = run.status !== 'none' && !isFinal(run.status);
  const mine = (run.lease?.by === p.id && isOpen) || cx.bug === 'finish without lease';
  const status = statusOf(cx, w, p);
  return {
    name: mine ? `finish: ${status}` : 'finish: lease lost',
    run: () => {
      cx.say(() => LINES.finish(status, mine));
      if (mine) {
        run.report = p.rows;
        moveTo(w, status);
        run.lease = null;
        w.ghost.finishes++;
      }
      p.rows = [];
      p.at = 'delete';
    },
  };
}

/** The report: parts of all frozen segments in order; a redrive's rows laid over those of the run it drives again. */
function assemble(cx: Context, w: World): string[] {
  const own = segmentsOf(toRoot(w.root)).flatMap((packed) => {
    const { slice, segment } = unpackSegment(packed);
    return w.segments[`${slice}-${segment}`]?.frozen ?? [];
  });
  return cx.level.base === null ? own : overlay(cx.level.base, own);
}

/** A merge of two sorted streams: each child keeps its first id; what was driven again replaces what was. */
export function overlay(base: readonly string[], again: readonly string[]): string[] {
  const rows = [...again];
  return base.map((row) => {
    const next = rows[0];
    if (next === undefined || itemOf(next) !== itemOf(row)) return row;
    rows.shift();
    return `${row.slice(0, -1)}${next.slice(-1)}`;
  });
}

const itemOf = (row: string): string => row.slice(row.indexOf('=') + 1, -1);
