import { expect, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { packageVersion } from '../../../shared/project/package-version.ts';

test('the version is that of the package', () => expect(packageVersion()).toBe(manifest.version));
