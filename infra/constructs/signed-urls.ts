import { Lazy } from 'aws-cdk-lib';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Pipeline } from '../../shared/author/definition.ts';
import { hasReportLinks } from '../../shared/author/recipients.ts';
import type { Route } from '../../shared/lambda/declaration.ts';
import type { Resources } from '../../shared/lambda/resources.ts';
import type { Uses } from '../../shared/ports/uses.ts';
import { addRoute } from './function-url.ts';
import type { NodeFunction } from './node-function.ts';

const KINDS = ['callbacks', 'reportLinks'] as const;
type Kind = (typeof KINDS)[number];

/** A pipeline's public URLs, of callbacks and of links to reports, and the stage's key that signs them; nothing where it has neither. */
export class SignedUrls {
  readonly #key: Secret | undefined;
  readonly #isOn: Readonly<Record<Kind, boolean>>;
  readonly #urls: Record<Kind, string> = { callbacks: '', reportLinks: '' };

  constructor(pipeline: Pipeline, platform: { callbackKey(): Secret }) {
    this.#isOn = { callbacks: pipeline.callback !== undefined, reportLinks: hasReportLinks(pipeline.report) };
    this.#key = KINDS.some((kind) => this.#isOn[kind]) ? platform.callbackKey() : undefined;
  }

  /** What functions know of them; the URLs are of functions that are made later. */
  resources() {
    const keyOf = (kind: Kind) => (this.#isOn[kind] ? (this.#key?.secretArn ?? '') : '');
    const urlOf = (kind: Kind) => Lazy.string({ produce: () => this.#urls[kind] });
    return {
      callbackKey: keyOf('callbacks'),
      callbackUrl: urlOf('callbacks'),
      reportLinkKey: keyOf('reportLinks'),
      reportLinkUrl: urlOf('reportLinks'),
    } satisfies Resources;
  }

  /** Gives a function its route, and the key where it signs or takes any of them. */
  serve(fn: NodeFunction, uses: Uses, route: Route | undefined): void {
    const url = route && addRoute(fn, route);
    for (const kind of KINDS) {
      if (uses[kind] !== undefined && this.#isOn[kind]) this.#key?.grantRead(fn);
      if (uses[kind] === 'take') this.#urls[kind] = url ?? '';
    }
  }
}
