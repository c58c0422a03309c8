import { test } from 'vitest';
import { expectWhole } from './sized.ts';

test('65,537 children in one slice, whose segments grow', () => expectWhole(65_537, 100_000), 600_000);
