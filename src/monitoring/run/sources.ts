import type { CheckSource } from './source.ts';
import { clock } from './source/clock.ts';
import { federations } from './source/federations.ts';
import { consumers } from './source/consumers.ts';
import { files } from './source/files.ts';
import { home } from './source/home.ts';
import { publications } from './source/publications.ts';
import { records } from './source/records.ts';
import { revocations } from './source/revocations.ts';
import { unserved } from './source/unserved.ts';
import { served } from './source/served.ts';
import { rotation } from './source/rotation.ts';

/** The sources of findings. Their order does not matter: findings are sorted. */
export const SOURCES: readonly CheckSource[] = [
  clock,
  records,
  publications,
  revocations,
  federations,
  rotation,
  served,
  unserved,
  consumers,
  files,
  home,
];
