import { measureFloor } from './measure-floor.ts';
import { measurePipeline } from './measure-pipeline.ts';
import { request } from './measurement.ts';

/** A measuring process: `floor` or `pipeline`, and what is asked for as JSON. */
const [kind, text = ''] = process.argv.slice(2);
const measure = kind === 'floor' ? measureFloor : measurePipeline;
process.stdout.write(`${JSON.stringify(await measure(request.parse(JSON.parse(text))))}\n`);
