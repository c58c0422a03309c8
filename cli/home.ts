import { join } from 'node:path';
import { hostPath } from '../local/host-file.ts';
import { tableDefinition } from '../shared/adapters/dynamodb/table.ts';
import { makeHome, openProject, stateOf } from '../shared/project/project.mjs';
import { UsageError } from './errors.ts';
import { inTheWay } from './in-the-way.ts';
import type { Terminal } from './terminal.ts';

/** What runs made, a folder each. */
export const outDir = () => openProject().out;

/** The local table, bucket and logs of all pipelines. */
export const stateDir = () => stateOf(openProject());

/** What the functions log there. */
export const functionsLog = () => join(stateDir(), 'logs', 'functions.log');

export const localTable = { ...tableDefinition, TableName: 'microprocess' };

/**
 * Makes the folder that stands in for a project's that can't be written, and says where it is.
 * @throws {UsageError} where something else stands in the place of what a run writes
 */
export function prepareHome({ stderr }: Pick<Terminal, 'stderr'>): void {
  const project = openProject();
  const state = stateDir();
  const obstacle = inTheWay([
    [state, 'folder'],
    [project.out, 'folder'],
    [join(state, 'logs'), 'folder'],
    [join(state, 'table'), 'folder'],
    [join(state, 'mail'), 'folder'],
    [join(state, 'given'), 'folder'],
    [hostPath(state), 'file'],
  ]);
  if (obstacle !== undefined) {
    throw new UsageError(`${obstacle}. Move it away, or point MICROPROCESS_HOME at another folder, and try again.`);
  }
  if (project.unwritable === null) return;
  makeHome(project);
  stderr.write(`warning: ${unwritableHome(project.unwritable, project.home)}\n`);
}

/** Where state and results go instead, and how to choose another place. */
export function unwritableHome(unwritable: string, home: string): string {
  return `${unwritable} can't be written: state and results are in ${home}. MICROPROCESS_HOME chooses another place.`;
}
