import { existsSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { validRange } from 'semver';
import { show } from '../../shared/domain/errors.ts';
import { UsageError } from '../errors.ts';

const PATH = /^(?:file:|\.{0,2}[/\\]|\.{1,2}$|[A-Za-z]:[/\\])|\.(?:tgz|tar\.gz|tar)$/i;
const ADDRESS = /^(?:(?:(?:git\+)?(?:https?|ssh|file)|git|github|gitlab|bitbucket|workspace):\S+|git@[\w.-]+:\S+)$/i;
const REPOSITORY = /^[\w.-]+\/[\w.-]+(?:#\S+)?$/;
const TAG = /^[a-z][\w.-]*$/i;

/**
 * What a new project's package.json names as the dependency on `name`, of what a user said as npm would take it: a version, a range, a
 * tag, also behind `name@`; a path from here, which means the same from the project; an address or a repository as it is.
 * @param target the new project's folder, as its real path
 * @throws {UsageError} for what npm couldn't install
 */
export function dependencySpec(said: string, name: string, target: string): string {
  const spec = said.trim().replace(new RegExp(`^${name}@`), '');
  if (PATH.test(spec) && !/^[a-z+]+:\/\//i.test(spec)) return fileSpec(spec, target);
  if (/[\n\r\t]/.test(spec)) return refuse(said, name);
  if (ADDRESS.test(spec) || REPOSITORY.test(spec)) return spec;
  if (spec === name) return 'latest';
  if (spec !== '' && validRange(spec) !== null) return spec;
  // npm would take it for a tag, and say later that there is none.
  if (existsSync(resolve(spec)) && spec !== '')
    throw new UsageError(`--package ${show(said)}: write ./${spec} for what is here.`);
  if (TAG.test(spec)) return spec;
  return refuse(said, name);
}

function refuse(said: string, name: string): never {
  throw new UsageError(
    `--package ${show(said)} names no package that npm could install; give a version or range (1.2.3, ^1.2), a tag (latest), a path (./${name}-1.2.3.tgz) or an address.`,
  );
}

function fileSpec(spec: string, target: string): string {
  const path = resolve(spec.replace(/^file:(?:\/\/(?=\/))?/i, ''));
  if (!existsSync(path)) throw new UsageError(`--package ${show(spec)}: there is no ${path}.`);
  const isHere = !/^(?:file:)?(?:\/|[A-Za-z]:)/.test(spec);
  return `file:${(isHere ? relative(target, path) : path).replaceAll(sep, '/')}`;
}
