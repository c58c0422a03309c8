import { join, resolve } from 'node:path';
import { tableDefinition } from '../shared/adapters/dynamodb/table.ts';
import { PROJECT_DIR } from '../shared/project/project.ts';

/** What all runs on this machine leave: the project's own folder unless MICROPROCESS_HOME says otherwise. */
const home = () => resolve(process.env.MICROPROCESS_HOME ?? PROJECT_DIR);

/** What runs made, a folder each. */
export const outDir = () => join(home(), 'out');

/** A pipeline's local table, bucket and logs; it stays, so that `show` works after the run. */
export const stateDir = (pipeline: string) => join(home(), '.state', pipeline);

/** What its functions log there. */
export const functionsLog = (pipeline: string) => join(stateDir(pipeline), 'logs', 'functions.log');

export const localTable = { ...tableDefinition, TableName: 'microprocess' };
