import type { OpenFiles } from '../shared/lambda/connect.ts';
import { filesIn, filesInAccount } from '../shared/lambda/source-files.ts';
import { pipelineFolder } from '../shared/project/pipeline-folder.ts';

/** What a pipeline's source reads on this machine: the files themselves, never copies. */
export const filesHere = (pipeline: string): OpenFiles => filesIn({ folder: pipelineFolder(pipeline), anyFile: true });

/** What it reads for a stage: the user's own account beside. */
export const filesOfStage = (pipeline: string): OpenFiles =>
  filesInAccount({ folder: pipelineFolder(pipeline), anyFile: true });
