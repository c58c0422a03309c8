#!/usr/bin/env node
// Installed, the package is built; in its repository the command line runs from its sources, built or not.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folders = ['cli', 'dist/cli'].map((folder) => join(import.meta.dirname, folder, 'bin.mjs'));
await import(pathToFileURL(folders.find(existsSync) ?? folders[0]).href);
