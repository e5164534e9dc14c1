// CloudFormation templates from stacks that are written with the AWS CDK. Nothing is deployed, and
// no account is needed.

import { mkdtempDisposableSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";

/** A CloudFormation template. */
export interface Template {
  /** By logical id. */
  readonly Resources: Readonly<Record<string, Resource>>;
}

/** A resource of a template; what its properties are is up to its type. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** Builds a stack and returns its template. Throws where the CDK finds a fault in the stack. */
export function synthesize(build: (stack: Stack) => void): Template {
  using folder = mkdtempDisposableSync(join(tmpdir(), "cdk-"));
  const app = new App({
    outdir: folder.path,
    analyticsReporting: false,
    treeMetadata: false,
    stackTraces: false,
    builtinCloudFormationValidation: false, // takes seconds, for the names of subnets and the like
  });
  const stack = new Stack(app, "Stack");
  build(stack);
  return app.synth().getStackByName(stack.stackName).template;
}
