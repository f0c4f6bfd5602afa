import { test } from 'vitest';
import { liveYears } from '../simulation/nothing-but-tick.ts';

test('every verdict is right in five years of nothing but ticks', { timeout: 1_800_000 }, () => liveYears(5));
