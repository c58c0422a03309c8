import { segmentsOf } from '../../shared/domain/completion.ts';
import { unpackSegment } from '../../shared/domain/ids.ts';
import { isFinal, TRANSITIONS } from '../../shared/domain/run.ts';
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
import { statusOf } from './ending.ts';
import { parseSegment, segmentOf } from './messages.ts';
import type { Aggregator, Finisher } from './processes.ts';
import { end, goBack, type Step } from './steps.ts';
import { moveTo, type World } from './world.ts';

/** Freezes a full segment: pages → part → SEG, if absent → ROOT → tell. */
export function aggregatorSteps(cx: Context, w: World, p: Aggregator): Step[] {
  const record = segmentRecord(w, p.segment);
  const { slice } = parseSegment(p.segment);
  const early = cx.bug === 'pages read after freezing';
  switch (p.at) {
    case 'read': {
      if (record.frozen) {
        return [
          {
            name: 'aggregate: is frozen',
            run: () => {
              p.at = cx.bug === 'frozen not added again' ? 'delete' : 'root';
            },
          },
        ];
      }
      const notFull = { name: 'aggregate: not full, delete', run: () => end(w, p) };
      if (!segmentFull(cx, w, p.segment)) return [notFull];
      return [
        {
          name: 'aggregate: is full',
          run: () => {
            p.at = early ? 'freeze' : 'gather';
          },
        },
        ...(cx.bug === 'stale SEG' ? [notFull] : []),
      ];
    }
    case 'gather': {
      const gather = (from: World) => {
        const blocks = readChain(cx, w, slice).blocks.filter(({ id }) => segmentOf(id) === p.segment);
        const block = blocks[p.block];
        if (block) p.rows.push(...rowsOf(from, block.id, block.pages));
        p.block++;
        if (p.block >= blocks.length) p.at = 'part';
      };
      const steps = [{ name: 'aggregate: read pages of a block', run: () => gather(w) }];
      if (cx.bug === 'stale pages') {
        steps.push({ name: 'aggregate: read pages as they were', run: () => gather({ ...w, blocks: {} }) });
      }
      return steps;
    }
    case 'part':
      return [
        {
          name: 'aggregate: write part',
          run: () => {
            // Under a key unique to the attempt, so nobody reads it before SEG names it.
            if (early || (cx.bug === 'part under one key' && record.frozen)) replaceFrozen(w, p);
            p.at = early ? 'root' : 'freeze';
            if (early) p.rows = [];
          },
        },
      ];
    case 'freeze':
      return [
        {
          name: record.frozen ? 'aggregate: frozen by another' : 'aggregate: freeze',
          run: () => {
            if (!record.frozen) record.frozen = p.rows;
            else if (cx.bug === 'freeze overwrites') replaceFrozen(w, p);
            p.rows = [];
            p.block = 0;
            p.at = early ? 'gather' : 'root';
          },
        },
      ];
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
      return [{ name: 'aggregate: delete message', run: () => end(w, p) }];
  }
}

function replaceFrozen(w: World, p: Aggregator): void {
  const record = segmentRecord(w, p.segment);
  if (record.frozen && record.frozen.length > 0 && record.frozen.join() !== p.rows.join()) {
    w.ghost.rewritten = `segment ${p.segment} was frozen as ${record.frozen.join()}, now reads ${p.rows.join()}`;
  }
  record.frozen = p.rows;
}

/** Finishes a full run under a lease, once; then mails, at most once. */
export function finisherSteps(cx: Context, w: World, p: Finisher): Step[] {
  const { run } = w;
  const final = run.status !== 'none' && isFinal(run.status);
  switch (p.at) {
    case 'read root': {
      const notFull = { name: 'finish: not full, delete', run: () => end(w, p) };
      if (!rootFull(cx, w)) return [notFull];
      return [
        {
          name: 'finish: root is full',
          run: () => {
            p.at = 'lease';
          },
        },
        ...(cx.bug === 'stale ROOT' ? [notFull] : []),
      ];
    }
    case 'lease': {
      const { lease } = run;
      const free = lease === null || lease.expired || cx.bug === 'finish without lease';
      const legal = TRANSITIONS.finish.from.some((status) => status === run.status);
      if (!legal) return [{ name: 'finish: is final, delete', run: () => end(w, p) }];
      if (!free) {
        return [
          {
            name: 'finish: leased by another',
            run: () => (cx.bug === 'lease lost with its holder' ? end(w, p) : goBack(w, p)),
          },
        ];
      }
      return [
        {
          name: lease ? 'finish: take expired lease' : 'finish: take lease',
          run: () => {
            run.lease = { by: p.id, expired: false };
            moveTo(w, TRANSITIONS.finish.to);
            p.cut = run.cut;
            p.at = 'parts';
          },
        },
      ];
    }
    case 'parts':
      return [
        {
          name: 'finish: read parts, write report',
          run: () => {
            p.rows = assemble(cx, w);
            p.at = 'claim';
          },
        },
      ];
    case 'claim': {
      const claimed = run.mailClaimed && cx.bug !== 'mail without claim';
      return [
        {
          name: claimed ? 'finish: mail was claimed' : 'finish: claim mail',
          run: () => {
            run.mailClaimed = true;
            p.at = claimed ? 'status' : 'mail';
          },
        },
      ];
    }
    case 'mail':
      return [
        {
          name: 'finish: mail',
          run: () => {
            w.ghost.mails++;
            w.ghost.mailed = statusOf(cx, w, p);
            p.at = 'status';
          },
        },
      ];
    case 'status': {
      const mine = (run.lease?.by === p.id && !final) || cx.bug === 'finish without lease';
      const status = statusOf(cx, w, p);
      return [
        {
          name: mine ? `finish: ${status}` : 'finish: lease lost',
          run: () => {
            if (mine) {
              run.report = p.rows;
              moveTo(w, status);
              run.lease = null;
              w.ghost.finishes++;
            }
            p.rows = [];
            p.at = 'delete';
          },
        },
      ];
    }
    case 'delete':
      return [{ name: 'finish: delete message', run: () => end(w, p) }];
  }
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
