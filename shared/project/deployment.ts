/** The stack of a stage: what `cdk deploy` deploys, and where the command line starts to look. */
export function stackName(stage: string): string {
  return `microprocess-${stage}`;
}

/** Its output that leads to the stack of one pipeline, which is nested in it under a name that CloudFormation makes. */
export function stackOutput(pipeline: string): string {
  return `${pascalCase(pipeline)}Stack`;
}

/** `dead-letter` → `DeadLetter`: names in CloudFormation's templates take letters and digits alone. */
export function pascalCase(name: string): string {
  return name.replace(/(?:^|[_-]+)([A-Za-z0-9]?)/g, (_, first: string) => first.toUpperCase());
}
