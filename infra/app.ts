import { MicroprocessError } from '../shared/domain/errors.ts';
import { buildApp } from './build-app.ts';
import { InfraError } from './errors.ts';

// What a user can put right is said in a line; anything else keeps its stack trace.
try {
  buildApp().app.synth();
} catch (error) {
  if (!(error instanceof InfraError || error instanceof MicroprocessError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
